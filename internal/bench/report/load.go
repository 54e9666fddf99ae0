package report

import (
	"os"
	"strconv"
	"strings"
)

// Load is the machine's load average of the last minute, which tells whether a run had
// the processors to itself. It is 0 where that cannot be told.
func Load() float64 {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), " ")
	load, _ := strconv.ParseFloat(first, 64)
	return load
}
