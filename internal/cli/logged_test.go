package cli

import (
	"bytes"
	"context"
	"sync"
)

// logged is a buffer that a server writes while a test reads.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write keeps text.
func (l *logged) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(text)
}

// String is all that was written.
func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// stopOnce stops a server, once, and tells how it ended.
func stopOnce(cancel context.CancelFunc, code <-chan int, stdout <-chan string, stderr *logged) func() ended {
	return sync.OnceValue(func() ended {
		cancel()
		return ended{code: <-code, stdout: <-stdout, stderr: stderr.String()}
	})
}
