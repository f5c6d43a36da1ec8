// An open loop of load: sends requests that were written beforehand at a constant rate, whatever the answers take. A request
// has its time from the beginning, and its latency counts from there, so one that had to wait for a connection shows it.
//
//	openloop PORT FILE SIZE COUNT RATE SECONDS CONNECTIONS
//
// FILE holds COUNT whole requests of SIZE bytes each; each is sent once at most. Every answer has to be 200, or it ends with
// status 1. At its end it prints a line of JSON:
//
//	sent       how many requests, all of them answered
//	rate       of answers a second, from the first request's time to the last answer
//	p50_ms, p99_ms, max_ms    latency
//	late       how many were sent more than 10 ms after their time
//	behind_ms  how long after the planned end the last answer came
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const lateness = 10 * time.Millisecond

// How long an answer may take.
const patience = 30 * time.Second

func fail(status int, err error) {
	fmt.Fprintln(os.Stderr, "openloop:", err)
	os.Exit(status)
}

type plan struct {
	address string
	file    *os.File
	size    int64
	// How many requests there are to send, and how long after one the next has its time.
	total    int64
	interval time.Duration
	start    time.Time
	next     atomic.Int64
	late     atomic.Int64
}

// Takes the next request, waits for its time, sends it and reads its answer, until none is left.
func (plan *plan) work() ([]time.Duration, error) {
	var latencies []time.Duration
	var connection net.Conn
	var reader *bufio.Reader
	request := make([]byte, plan.size)
	for {
		number := plan.next.Add(1) - 1
		if number >= plan.total {
			if connection != nil {
				connection.Close()
			}
			return latencies, nil
		}
		if _, err := plan.file.ReadAt(request, number*plan.size); err != nil {
			return nil, err
		}
		if connection == nil {
			made, err := net.Dial("tcp", plan.address)
			if err != nil {
				return nil, err
			}
			connection, reader = made, bufio.NewReader(made)
		}
		intended := plan.start.Add(time.Duration(number) * plan.interval)
		if wait := time.Until(intended); wait > 0 {
			time.Sleep(wait)
		}
		if time.Since(intended) > lateness {
			plan.late.Add(1)
		}
		connection.SetDeadline(time.Now().Add(patience))
		if _, err := connection.Write(request); err != nil {
			return nil, err
		}
		closes, err := answer(reader)
		if err != nil {
			return nil, err
		}
		latencies = append(latencies, time.Since(intended))
		if closes {
			connection.Close()
			connection = nil
		}
	}
}

// Reads an answer, which has to be 200. Returns whether it is the connection's last.
func answer(reader *bufio.Reader) (bool, error) {
	line, err := reader.ReadString('\n')
	if err != nil {
		return false, err
	}
	if !strings.HasPrefix(line, "HTTP/1.1 200 ") {
		return false, fmt.Errorf("an answer was not 200: %s", strings.TrimSpace(line))
	}
	length := -1
	closes := false
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return false, err
		}
		line = strings.TrimSpace(line)
		if line == "" {
			break
		}
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		if strings.EqualFold(name, "Content-Length") {
			if length, err = strconv.Atoi(value); err != nil {
				return false, err
			}
		} else if strings.EqualFold(name, "Connection") && strings.EqualFold(value, "close") {
			closes = true
		}
	}
	if length < 0 {
		return false, errors.New("an answer has no Content-Length")
	}
	_, err = reader.Discard(length)
	return closes, err
}

func main() {
	if len(os.Args) != 8 {
		fail(64, errors.New("usage: openloop PORT FILE SIZE COUNT RATE SECONDS CONNECTIONS"))
	}
	var numbers [8]float64
	for _, index := range []int{1, 3, 4, 5, 6, 7} {
		number, err := strconv.ParseFloat(os.Args[index], 64)
		if err != nil || number <= 0 {
			fail(64, fmt.Errorf("%s is no number above 0", os.Args[index]))
		}
		numbers[index] = number
	}
	count, rate, seconds, connections := int64(numbers[4]), numbers[5], numbers[6], int(numbers[7])
	file, err := os.Open(os.Args[2])
	if err != nil {
		fail(66, err)
	}
	plan := &plan{
		address: "127.0.0.1:" + os.Args[1], file: file, size: int64(numbers[3]),
		total: int64(rate * seconds), interval: time.Duration(float64(time.Second) / rate),
	}
	if plan.total > count || plan.total < 1 {
		fail(64, fmt.Errorf("%d requests are to be sent, and there are %d", plan.total, count))
	}

	var lock sync.Mutex
	var all []time.Duration
	var group sync.WaitGroup
	plan.start = time.Now().Add(50 * time.Millisecond)
	for index := 0; index < connections; index++ {
		group.Add(1)
		go func() {
			defer group.Done()
			latencies, err := plan.work()
			if err != nil {
				fail(1, err)
			}
			lock.Lock()
			defer lock.Unlock()
			all = append(all, latencies...)
		}()
	}
	group.Wait()
	took := time.Since(plan.start)

	sort.Slice(all, func(a, b int) bool { return all[a] < all[b] })
	milliseconds := func(duration time.Duration) float64 { return float64(duration.Microseconds()) / 1000 }
	behind := took - time.Duration(seconds*float64(time.Second))
	if behind < 0 {
		behind = 0
	}
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"sent": len(all), "rate": float64(len(all)) / took.Seconds(),
		"p50_ms": milliseconds(all[len(all)/2]), "p99_ms": milliseconds(all[len(all)*99/100]),
		"max_ms": milliseconds(all[len(all)-1]), "late": plan.late.Load(), "behind_ms": milliseconds(behind),
	})
}
