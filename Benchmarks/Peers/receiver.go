// A bare receiver of LeadShark's webhooks in Go, to be measured against: it checks the signature, puts the body where
// the mode says, and answers 200. Nothing more: no queue that outlives it, no duplicates, no limits on time.
//
//	receiver PORT memory          a channel that a goroutine empties
//	receiver PORT fsync FILE      appended to FILE and synced, one request after the other
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
)

const maximumBody = 256 << 10

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: receiver PORT memory | receiver PORT fsync FILE")
		os.Exit(64)
	}
	secret := []byte(os.Getenv("LEADSHARK_WEBHOOK_SECRET"))
	if len(secret) == 0 {
		fmt.Fprintln(os.Stderr, "receiver: LEADSHARK_WEBHOOK_SECRET is not set")
		os.Exit(78)
	}

	var keep func([]byte) error
	if os.Args[2] == "fsync" && len(os.Args) == 4 {
		file, err := os.OpenFile(os.Args[3], os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			fmt.Fprintln(os.Stderr, "receiver:", err)
			os.Exit(73)
		}
		var lock sync.Mutex
		keep = func(body []byte) error {
			lock.Lock()
			defer lock.Unlock()
			if _, err := file.Write(append(body, '\n')); err != nil {
				return err
			}
			return file.Sync()
		}
	} else {
		waiting := make(chan []byte, 4096)
		go func() {
			for range waiting {
			}
		}()
		keep = func(body []byte) error {
			waiting <- body
			return nil
		}
	}

	http.HandleFunc("/", func(answer http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(answer, request.Body, maximumBody))
		if err != nil {
			answer.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		given, err := hex.DecodeString(request.Header.Get("X-Webhook-Signature"))
		mac := hmac.New(sha256.New, secret)
		mac.Write(body)
		if err != nil || !hmac.Equal(mac.Sum(nil), given) {
			answer.WriteHeader(http.StatusUnauthorized)
			return
		}
		if err := keep(body); err != nil {
			answer.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		answer.Header().Set("Content-Type", "application/json")
		io.WriteString(answer, `{"status":"stored"}`)
	})
	if err := http.ListenAndServe("127.0.0.1:"+os.Args[1], nil); err != nil {
		fmt.Fprintln(os.Stderr, "receiver:", err)
		os.Exit(69)
	}
}
