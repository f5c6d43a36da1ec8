# To be sourced: keeps Package.resolved over what the sourcing script does. SwiftPM drops the pins of what a build does not
# need; the other builds want them back.
pins=$(mktemp)
restore_pins() {
    [ ! -s "$pins" ] || cp "$pins" Package.resolved
    rm -f "$pins"
}
trap restore_pins EXIT
[ ! -e Package.resolved ] || cp Package.resolved "$pins"
