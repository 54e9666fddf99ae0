package worker

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

const (
	attemptTimeout = 30 * time.Second
	// endTimeout is for the call that ends the build. The server takes the key for
	// half a minute after that, so that there is time to ask what became of it.
	endTimeout = 10 * time.Second
	maxAnswer  = 256 << 20 // bytes; a build's answer can hold the output of all its commands
)

// client speaks to the build server: JSON, one credential, retries.
type client struct {
	base    string // without the slash at its end
	key     Credential
	http    *http.Client
	retries retries
	log     *slog.Logger
}

// call is one request. The same call is sent again when it is retried.
type call struct {
	method, path string
	body         any           // nil: none
	idempotency  string        // the Idempotency-Key, "" for none
	anonymous    bool          // without the key
	once         bool          // never sent a second time
	timeout      time.Duration // of each attempt
}

func (c call) String() string { return c.method + " " + c.path }

var errRedirect = errors.New("the server redirects elsewhere: give its own URL")

func newClient(cfg Config) *client {
	own := *cfg.HTTPClient
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return errRedirect }
	return &client{
		base: strings.TrimRight(cfg.Server, "/"), http: &own, log: cfg.Logger,
		retries: newRetries(cfg),
	}
}

// do sends a call until it is answered, refused or the tries are used up, and
// decodes the answer's body into answer unless that is nil. An answer that is no
// success is a *statusError.
func (c *client) do(ctx context.Context, call call, answer any) error {
	body, err := encode(call.body)
	if err != nil {
		return fmt.Errorf("worker: %s: %w", call, err)
	}
	doubt := false
	for try := 1; ; try++ {
		err := c.attempt(ctx, call, body, answer)
		doubt = doubt || mayHaveCounted(err)
		if err == nil || ctx.Err() != nil || call.once || !c.retries.again(try, err) {
			return c.failed(ctx, call, err, doubt)
		}
		wait := c.retries.wait(try, err)
		c.log.Warn("the build server is tried again", "call", call.String(), "try", try, "wait", wait, "error", err)
		if c.retries.sleep(ctx, wait) != nil {
			return c.failed(ctx, call, err, doubt)
		}
	}
}

// failed words the last error of a call; nil stays nil. In doubt an attempt may have
// done what was asked.
func (c *client) failed(ctx context.Context, call call, err error, doubt bool) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	err = fmt.Errorf("worker: %s: %w", call, err)
	if doubt {
		return doubtError{err}
	}
	return err
}

func encode(body any) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(body)
	return text.Bytes(), err
}

// attempt sends a call one time.
func (c *client) attempt(ctx context.Context, call call, body []byte, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(call.timeout, attemptTimeout))
	defer cancel()
	request, err := c.request(ctx, call, body)
	if err != nil {
		return err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return lostError{err}
	}
	defer response.Body.Close()
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return newStatusError(response, c.key)
	}
	return decode(response.Body, answer)
}

func (c *client) request(ctx context.Context, call call, body []byte) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, call.method, c.base+call.path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "buildkey-builder")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if call.idempotency != "" {
		request.Header.Set("Idempotency-Key", call.idempotency)
	}
	if !call.anonymous {
		request.Header.Set("Authorization", "Token "+c.key.reveal())
	}
	return request, nil
}

// decode reads the whole answer, so that one that was cut short is a lost one.
func decode(body io.Reader, answer any) error {
	text, err := io.ReadAll(io.LimitReader(body, maxAnswer))
	if err != nil {
		return lostError{err}
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return fmt.Errorf("the answer is not the JSON of a build server: %w", err)
	}
	return nil
}
