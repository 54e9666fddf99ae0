package keycache_test

import (
	"net/http"
	"os"
	"syscall"
	"testing"
	"time"
)

// TestAPausedProcessWakes stops the other process for longer than the bound, for
// 30 s under BUILDKEY_SOAK. Requests reach its socket meanwhile and are the first
// that it sees when it goes on, with what it remembers as old as the pause. In every
// second round the news of the revocation does not wait for it as they do.
func TestAPausedProcessWakes(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	pause := 2 * bound
	if os.Getenv("BUILDKEY_SOAK") != "" {
		pause = 30 * time.Second
	}
	for i := range rounds(2, 6) {
		_, kept, _ := p.warm()
		_, raw, revoke := p.warm()
		p.wire.cut(i%2 == 1)
		p.pause()
		revoke()
		answers := p.send(8, raw)
		<-time.After(pause)
		p.resume()
		for range cap(answers) {
			if status := <-answers; status != http.StatusUnauthorized {
				t.Errorf("round %d: %d to a key that was revoked %v ago", i, status, pause)
			}
		}
		if !p.accepts(kept) {
			t.Errorf("round %d: a valid key is refused after the pause", i)
		}
		p.wire.cut(false)
	}
}

// pause returns when no thread of the other process runs any more.
func (p *pair) pause() {
	p.t.Helper()
	if err := p.process.Signal(syscall.SIGSTOP); err != nil {
		p.t.Fatal(err)
	}
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(p.process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		p.t.Fatalf("the other process did not stop: %v, %v", status, err)
	}
}

func (p *pair) resume() { _ = p.process.Signal(syscall.SIGCONT) } // it may have ended

// send sends requests at the same time, and their statuses as they come; 0 is none.
func (p *pair) send(many int, raw string) <-chan int {
	answers := make(chan int, many)
	for range many {
		go func() {
			status, _ := p.ask(raw)
			answers <- status
		}()
	}
	return answers
}
