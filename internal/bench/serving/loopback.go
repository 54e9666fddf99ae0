package serving

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/buildkey/buildkey/internal/bench/measure"
)

// loopback serves a variant on a port of 127.0.0.1, and returns a case that asks it
// for the path.
func loopback(v variant, path string) (c measure.Case, stop func() error, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return c, nil, err
	}
	server := &http.Server{Handler: v.handler}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	address := "http://" + listener.Addr().String() + path
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	stop = func() error {
		client.CloseIdleConnections()
		err := server.Shutdown(context.Background())
		if serving := <-ended; !errors.Is(serving, http.ErrServerClosed) {
			err = errors.Join(err, serving)
		}
		return err
	}
	return measure.Case{Name: v.name, Note: v.note, New: func() func() error {
		return func() error { return ask(client, address, v) }
	}}, stop, nil
}

// ask reads the build once. Any answer but 200 is an error.
func ask(client *http.Client, address string, v variant) error {
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	r.Header.Set(v.header, v.value)
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("serving: %s answers %d: %s", v.name, answer.StatusCode, body)
	}
	return err
}
