package measure

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime/pprof"
	"strings"
	"time"
)

// harness are this module's own functions, which a profile leaves out.
const harness = `internal/bench/(measure|report|[a-z]+\.Section|[a-z]+\.aim)|^main\.|^runtime\.main$`

// profileLines is how many functions a profile names.
const profileLines = 25

// Profile runs a case for about that long and returns the functions in which the
// processors were, those with the most time in them and what they call first.
func Profile(c Case, length time.Duration) (string, error) {
	var samples bytes.Buffer
	if err := pprof.StartCPUProfile(&samples); err != nil {
		return "", fmt.Errorf("measure: profile %s: %w", c.Name, err)
	}
	over := make(chan struct{})
	timer := time.AfterFunc(length, func() { close(over) })
	defer timer.Stop()
	err := whilst(c.New(), func() bool {
		select {
		case <-over:
			return false
		default:
			return true
		}
	})
	pprof.StopCPUProfile()
	if err != nil {
		return "", fmt.Errorf("measure: profile %s: %w", c.Name, err)
	}
	return top(samples.Bytes())
}

// top renders a profile with the tool that comes with Go.
func top(samples []byte) (string, error) {
	file, err := os.CreateTemp("", "buildkey-bench-*.prof")
	if err != nil {
		return "", err
	}
	defer os.Remove(file.Name())
	if _, err := file.Write(samples); err != nil {
		return "", err
	}
	if err := file.Close(); err != nil {
		return "", err
	}
	tool := exec.Command("go", "tool", "pprof", "-top", "-cum", "-hide="+harness, fmt.Sprintf("-nodecount=%d", profileLines), file.Name())
	text, err := tool.Output()
	if err != nil {
		return "", fmt.Errorf("measure: go tool pprof: %w", err)
	}
	_, table, _ := strings.Cut(string(text), "flat%")
	return "      flat  flat%" + table, nil
}
