package middleware

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
)

// watchedWriter notes whether an answer has begun, and whether it is a 404. It changes
// nothing but this: the Vary that it was given stands in every answer, whatever the
// handler said, and an answer that says nothing of caches is not to be stored when it
// is private.
type watchedWriter struct {
	http.ResponseWriter
	vary    string // "": none
	private atomic.Bool
	begun   bool
	absent  bool         // the status is 404
	lines   [2][1]string // of Vary and Cache-Control, which so are no allocations
}

// begun tells whether an answer is known to have begun on w.
func begun(w http.ResponseWriter) bool {
	for {
		switch w := w.(type) {
		case *watchedWriter:
			if w.begun {
				return true
			}
		case *heldWriter:
			return w.state != holding
		}
		wrapper, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return false
		}
		w = wrapper.Unwrap()
	}
}

// Unwrap is for http.ResponseController, which finds deadlines behind it.
func (w *watchedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// complete adds what is missing from the headers, until the answer begins. It does so
// then as well, since net/http's file servers take away what was said of caches before
// they answer with an error.
func (w *watchedWriter) complete() {
	if w.begun {
		return
	}
	w.varied()
	if w.private.Load() {
		keepPrivate(w, &w.lines[1])
	}
}

func (w *watchedWriter) varied() {
	if w.vary == "" {
		return
	}
	header := w.Header()
	switch lines := header["Vary"]; {
	case len(lines) == 0:
		w.lines[0][0] = w.vary
		header["Vary"] = w.lines[0][:]
	case !slices.Contains(lines, w.vary):
		header["Vary"] = append(slices.Clip(lines), w.vary)
	}
}

func (w *watchedWriter) WriteHeader(status int) {
	w.complete()
	if !w.begun && !informational(status) {
		w.begun, w.absent = true, status == http.StatusNotFound
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watchedWriter) Write(p []byte) (int, error) {
	w.complete()
	w.begun = true
	return w.ResponseWriter.Write(p)
}

// ReadFrom keeps the inner writer's way of copying. As in net/http the answer
// begins with the first byte read.
func (w *watchedWriter) ReadFrom(src io.Reader) (int64, error) {
	w.complete()
	n, err := io.Copy(w.ResponseWriter, src)
	w.begun = w.begun || n > 0
	return n, err
}

// Flush is FlushError without the error.
func (w *watchedWriter) Flush() { _ = w.FlushError() }

// FlushError fails with http.ErrNotSupported where the inner writer cannot flush.
func (w *watchedWriter) FlushError() error {
	w.complete()
	err := http.NewResponseController(w.ResponseWriter).Flush()
	w.begun = w.begun || err == nil
	return err
}

// Hijack fails with http.ErrNotSupported where the inner writer cannot.
func (w *watchedWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(w.ResponseWriter).Hijack()
	w.begun = w.begun || err == nil
	return conn, buffered, err
}

// keepPrivate forbids to store the answer, unless something was said already. The
// header's value is in line from then on.
func keepPrivate(w http.ResponseWriter, line *[1]string) {
	header := w.Header()
	if said := header["Cache-Control"]; len(said) == 0 || said[0] == "" {
		line[0] = "no-store"
		header["Cache-Control"] = line[:]
	}
}
