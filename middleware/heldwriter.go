package middleware

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strings"
	"time"
)

// heldWriter is the ResponseWriter for a handler whose permission is Pending: it
// keeps back an answer that the handler had no right to give yet.
//
//	held := newHeldWriter(w, granted)
//	next.ServeHTTP(held, r)
//	held.Finish()
//	if held.Replaced() {
//		// nothing was sent, w has the headers it had: write the 500 to w
//	}
//
// The answer is judged once, when it begins: at the first final status, Write,
// Flush or byte of ReadFrom, or at Finish, where a silent handler has answered
// 200. A status of 400 and above goes out, and so does any status when granted()
// is true by then. Every other answer is withheld: status, headers, body and
// trailers are dropped, whatever the handler does next. Once an answer goes out,
// calls pass straight to the inner writer.
//
// The adversary is a handler that forgot its check. It therefore works on
// headers of its own, which reach the inner writer with an answer that goes out
// and not otherwise: not when it panics, and not in a 1xx before the grant, which
// is left out. For the same reason there is no Unwrap, through which a
// ResponseController would reach past this writer, and no http.Pusher; the
// controller's methods are here instead, and Hijack fails until the grant.
//
// A heldWriter is for one request, and no safer for concurrent use than any
// other ResponseWriter.
type heldWriter struct {
	inner   http.ResponseWriter
	granted func() bool
	header  http.Header // the handler's
	state   heldState
}

type heldState uint8

const (
	holding  heldState = iota // no answer has begun
	released                  // the answer goes out
	replaced                  // the answer is withheld
)

// errWithheld is what a flush of a withheld answer returns, so that a handler
// which streams for long can stop.
var errWithheld = errors.New("middleware: the answer is withheld: call CheckObject before answering")

// newHeldWriter holds back what is written to w while granted() is false.
func newHeldWriter(w http.ResponseWriter, granted func() bool) *heldWriter {
	return &heldWriter{inner: w, granted: granted, header: w.Header().Clone()}
}

// Replaced says that the answer was withheld, so that another has to be written
// to the inner writer. It is final once Finish was called.
func (w *heldWriter) Replaced() bool { return w.state == replaced }

// Finish ends the answer. It is called when the handler has returned, and not
// when it panicked.
func (w *heldWriter) Finish() {
	if w.state == holding {
		w.answer(http.StatusOK)
		return
	}
	if w.state == released {
		w.publishTrailers()
	}
}

// Header returns the handler's own headers, which start as a copy of the inner
// writer's.
func (w *heldWriter) Header() http.Header { return w.header }

// WriteHeader begins the answer. An informational status begins none, except for
// 101, which is the last word on an HTTP connection.
func (w *heldWriter) WriteHeader(status int) {
	if w.state == holding && informational(status) {
		w.inform(status)
		return
	}
	if w.answer(status) {
		w.inner.WriteHeader(status)
	}
}

// Write takes a withheld body without an error: what becomes of it is no affair
// of the handler's.
func (w *heldWriter) Write(p []byte) (int, error) {
	if !w.answer(http.StatusOK) {
		return len(p), nil
	}
	return w.inner.Write(p)
}

// ReadFrom keeps the inner writer's way of copying, such as sendfile. As in
// net/http the answer begins with the first byte read, so that a handler can
// still answer otherwise when there is none.
func (w *heldWriter) ReadFrom(src io.Reader) (n int64, err error) {
	if w.state == holding {
		const first = 512
		n, err = io.Copy(writerOnly{w}, io.LimitReader(src, first))
		if err != nil || n < first {
			return n, err
		}
	}
	var dst io.Writer = io.Discard
	if w.state == released {
		dst = w.inner
	}
	rest, err := io.Copy(dst, src)
	return n + rest, err
}

// Flush is FlushError without the error.
func (w *heldWriter) Flush() { _ = w.FlushError() }

// FlushError begins the answer and sends what there is of it. It fails for a
// withheld answer, and with http.ErrNotSupported where the inner writer cannot.
func (w *heldWriter) FlushError() error {
	if w.state == holding {
		w.WriteHeader(http.StatusOK)
	}
	if w.state == replaced {
		return errWithheld
	}
	return http.NewResponseController(w.inner).Flush()
}

// Hijack hands over the connection, where no answer can be judged any more.
// Before the grant it fails with an error that matches http.ErrNotSupported.
func (w *heldWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if w.state == replaced || !w.granted() {
		return nil, nil, fmt.Errorf("middleware: no hijack before CheckObject has granted: %w", http.ErrNotSupported)
	}
	conn, buffered, err := http.NewResponseController(w.inner).Hijack()
	if err == nil {
		w.state = released
	}
	return conn, buffered, err
}

// SetReadDeadline is the inner writer's.
func (w *heldWriter) SetReadDeadline(deadline time.Time) error {
	return http.NewResponseController(w.inner).SetReadDeadline(deadline)
}

// SetWriteDeadline is the inner writer's.
func (w *heldWriter) SetWriteDeadline(deadline time.Time) error {
	return http.NewResponseController(w.inner).SetWriteDeadline(deadline)
}

// EnableFullDuplex is the inner writer's.
func (w *heldWriter) EnableFullDuplex() error {
	return http.NewResponseController(w.inner).EnableFullDuplex()
}

// answer judges the answer when none has begun yet, and says whether it goes out.
func (w *heldWriter) answer(status int) bool {
	if w.state != holding {
		return w.state == released
	}
	if status < http.StatusBadRequest && !w.granted() {
		w.state = replaced
		return false
	}
	w.state = released
	w.publish()
	return true
}

// inform sends a 1xx with the handler's headers, once that is granted.
func (w *heldWriter) inform(status int) {
	if w.granted() {
		w.publish()
		w.inner.WriteHeader(status)
	}
}

// publish makes the inner writer's headers the handler's.
func (w *heldWriter) publish() {
	header := w.inner.Header()
	clear(header)
	maps.Copy(header, w.header)
}

// publishTrailers hands on the headers that count after the answer has begun:
// those that the Trailer header announced, and those with http.TrailerPrefix.
func (w *heldWriter) publishTrailers() {
	header := w.inner.Header()
	for _, names := range w.header["Trailer"] {
		for name := range strings.SplitSeq(names, ",") {
			name = http.CanonicalHeaderKey(strings.TrimSpace(name))
			if values, ok := w.header[name]; ok {
				header[name] = values
			}
		}
	}
	for name, values := range w.header {
		if strings.HasPrefix(name, http.TrailerPrefix) {
			header[name] = values
		}
	}
}

// informational says whether the status precedes the answer (RFC 9110, section
// 15.2).
func informational(status int) bool {
	return status >= 100 && status < 200 && status != http.StatusSwitchingProtocols
}

// writerOnly hides ReadFrom, which would call itself.
type writerOnly struct{ io.Writer }
