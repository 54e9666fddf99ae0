package middleware

import (
	"bufio"
	"io"
	"net"
	"net/http"
)

// watchedWriter notes whether an answer has begun, and changes nothing.
type watchedWriter struct {
	http.ResponseWriter
	begun bool
}

// begun tells whether an answer is known to have begun on w.
func begun(w http.ResponseWriter) bool {
	for {
		if watched, ok := w.(*watchedWriter); ok && watched.begun {
			return true
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

func (w *watchedWriter) WriteHeader(status int) {
	if !informational(status) {
		w.begun = true
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watchedWriter) Write(p []byte) (int, error) {
	w.begun = true
	return w.ResponseWriter.Write(p)
}

// ReadFrom keeps the inner writer's way of copying. As in net/http the answer
// begins with the first byte read.
func (w *watchedWriter) ReadFrom(src io.Reader) (int64, error) {
	n, err := io.Copy(w.ResponseWriter, src)
	w.begun = w.begun || n > 0
	return n, err
}

// Flush is FlushError without the error.
func (w *watchedWriter) Flush() { _ = w.FlushError() }

// FlushError fails with http.ErrNotSupported where the inner writer cannot flush.
func (w *watchedWriter) FlushError() error {
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
