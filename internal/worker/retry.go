package worker

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

const (
	maxTries     = 7
	firstWait    = 500 * time.Millisecond
	longestWait  = 15 * time.Second
	longestAsked = 2 * time.Minute // how long a Retry-After is honoured
)

// retries decides whether and when a call is sent again.
type retries struct {
	now    func() time.Time
	sleep  func(context.Context, time.Duration) error
	jitter func() float64 // in [0,1)
}

func newRetries(cfg Config) retries {
	return retries{now: cfg.Now, sleep: cfg.Sleep, jitter: rand.Float64}
}

// again tells whether try number try, which ended in err, is followed by another:
// after 408, 429, 5xx and a call without an answer, up to maxTries.
func (r retries) again(try int, err error) bool {
	if try >= maxTries || errors.Is(err, errRedirect) {
		return false
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return false
	}
	if answer, ok := errors.AsType[*statusError](err); ok {
		return transient(answer.status)
	}
	_, lost := errors.AsType[lostError](err)
	return lost
}

func transient(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests:
		return true
	}
	return status >= 500 && status <= 599
}

// wait is the time before the next try: doubling, at least half of it and the
// rest at random so that workers do not return together, and never less than the
// server asked for (RFC 9110, Retry-After) within longestAsked.
func (r retries) wait(try int, err error) time.Duration {
	step := min(firstWait<<(try-1), longestWait)
	wait := step/2 + time.Duration(r.jitter()*float64(step/2))
	return max(wait, min(r.asked(err), longestAsked))
}

func (r retries) asked(err error) time.Duration {
	answer, ok := errors.AsType[*statusError](err)
	if !ok {
		return 0
	}
	value := answer.header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return at.Sub(r.now())
	}
	return 0
}
