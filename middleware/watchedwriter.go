package middleware

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"slices"
)

// watchedWriter notes whether an answer has begun. It changes nothing but this:
// the Vary that it was given stands in every answer, whatever the handler said.
type watchedWriter struct {
	http.ResponseWriter
	vary  string // "": none
	begun bool
	line  [1]string // Vary's own, which so is no allocation
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

// varied adds what is missing from Vary, until the answer begins.
func (w *watchedWriter) varied() {
	if w.vary == "" || w.begun {
		return
	}
	header := w.Header()
	switch lines := header["Vary"]; {
	case len(lines) == 0:
		w.line[0] = w.vary
		header["Vary"] = w.line[:]
	case !slices.Contains(lines, w.vary):
		header["Vary"] = append(slices.Clip(lines), w.vary)
	}
}

func (w *watchedWriter) WriteHeader(status int) {
	w.varied()
	if !informational(status) {
		w.begun = true
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watchedWriter) Write(p []byte) (int, error) {
	w.varied()
	w.begun = true
	return w.ResponseWriter.Write(p)
}

// ReadFrom keeps the inner writer's way of copying. As in net/http the answer
// begins with the first byte read.
func (w *watchedWriter) ReadFrom(src io.Reader) (int64, error) {
	w.varied()
	n, err := io.Copy(w.ResponseWriter, src)
	w.begun = w.begun || n > 0
	return n, err
}

// Flush is FlushError without the error.
func (w *watchedWriter) Flush() { _ = w.FlushError() }

// FlushError fails with http.ErrNotSupported where the inner writer cannot flush.
func (w *watchedWriter) FlushError() error {
	w.varied()
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
