package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// caller is somebody who calls the server: staff, or who holds a key.
type caller struct {
	base          string // the server's URL
	authorization string // the header; "" for nobody
}

// answer is what the server said.
type answer struct {
	status int
	body   json.RawMessage
	code   string // of a refusal
	detail string
}

// call sends a request and reads its answer, which may be a refusal.
func (c caller) call(ctx context.Context, method, path string, body any) (answer, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return answer{}, err
	}
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(text))
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Content-Type", "application/json")
	if c.authorization != "" {
		r.Header.Set("Authorization", c.authorization)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return answer{}, fmt.Errorf("demo: the server does not answer: %w", err)
	}
	defer response.Body.Close()
	return read(response)
}

func read(response *http.Response) (answer, error) {
	a := answer{status: response.StatusCode}
	if a.status == http.StatusNoContent {
		return a, nil
	}
	if err := json.NewDecoder(response.Body).Decode(&a.body); err != nil {
		return a, fmt.Errorf("demo: an answer of the server's is no JSON: %w", err)
	}
	var problem struct{ Code, Detail string }
	if a.status >= 400 && json.Unmarshal(a.body, &problem) == nil {
		a.code, a.detail = problem.Code, problem.Detail
	}
	return a, nil
}

// want is call, for an answer that must be good and is read into into.
func (c caller) want(ctx context.Context, method, path string, body, into any) error {
	a, err := c.call(ctx, method, path, body)
	if err != nil {
		return err
	}
	if a.status >= 300 {
		return fmt.Errorf("demo: %s %s answers %d: %s", method, path, a.status, a.detail)
	}
	return json.Unmarshal(a.body, into)
}
