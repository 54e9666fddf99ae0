package demo

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"
)

// tap stands between the worker and the server, as somebody on the wire would. It
// copies the first key that passes, and sees the build's states.
type tap struct {
	proxy  *httputil.ReverseProxy
	copied func(authorization string) // called once, before the key is first used
	once   sync.Once
	state  func(state string)
}

// newTap passes requests on to the server at a URL.
func newTap(server string, copied, state func(string)) (*tap, error) {
	target, err := url.Parse(server)
	if err != nil {
		return nil, err
	}
	t := &tap{copied: copied, state: state}
	t.proxy = &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ModifyResponse: t.look,
	}
	return t, nil
}

// serve listens on the loopback interface. close ends it.
func (t *tap) serve() (address string, close func() error, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: t, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	return "http://" + listener.Addr().String(), func() error {
		err := server.Close()
		<-done
		return err
	}, nil
}

// ServeHTTP passes a request on.
func (t *tap) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if authorization := r.Header.Get("Authorization"); authorization != "" {
		t.once.Do(func() { t.copied(authorization) })
	}
	t.proxy.ServeHTTP(w, r)
}

// look finds the state in the answer to a PATCH of a build.
func (t *tap) look(response *http.Response) error {
	r := response.Request
	if r.Method != http.MethodPatch || !strings.HasPrefix(r.URL.Path, "/api/v2/build/") || response.StatusCode != http.StatusOK {
		return nil
	}
	text, err := io.ReadAll(response.Body)
	response.Body.Close()
	response.Body = io.NopCloser(bytes.NewReader(text))
	var build struct{ State string }
	if json.Unmarshal(text, &build) == nil && build.State != "" {
		t.state(build.State)
	}
	return err
}
