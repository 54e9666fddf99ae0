package middleware

import (
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
	"strings"
)

// Problem is an error that WriteError renders as it is: an application's own
// 400, 405, 409 or 415. All but Header is for the caller's eyes.
type Problem struct {
	// Status is the HTTP status, 400 to 599. Any other is a mistake in the
	// program, and answered with 500.
	Status int
	// Code is for programs. Empty: the status' text, as in "not_found".
	Code string
	// Title is for people, and the same for every problem of a kind. Empty: the
	// status' text.
	Title string
	// Detail is for people, and about this request. Empty: the title.
	Detail string
	// Errors say which fields of the request are wrong. Empty: left out.
	Errors []FieldProblem
	// Header is set on the answer: Allow, Retry-After. Nil: none.
	Header http.Header
}

// FieldProblem is what is wrong with one field of a request.
type FieldProblem struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// Error is the status and the detail.
func (p *Problem) Error() string {
	said := p.complete()
	return "middleware: problem " + strconv.Itoa(p.Status) + ": " + said.Detail
}

// complete returns p with its empty texts filled in.
func (p *Problem) complete() Problem {
	out := *p
	text := http.StatusText(p.Status)
	if text == "" {
		text = "Status " + strconv.Itoa(p.Status)
	}
	if out.Title == "" {
		out.Title = text
	}
	if out.Detail == "" {
		out.Detail = out.Title
	}
	if out.Code == "" {
		out.Code = strings.NewReplacer(" ", "_", "-", "_", "'", "").Replace(strings.ToLower(text))
	}
	return out
}

// write sends p as RFC 9457 has it. The answer to HEAD has no body.
func (p *Problem) write(w http.ResponseWriter, r *http.Request) {
	said := p.complete()
	body, err := json.Marshal(struct {
		Title  string         `json:"title"`
		Status int            `json:"status"`
		Detail string         `json:"detail"`
		Code   string         `json:"code"`
		Errors []FieldProblem `json:"errors,omitempty"`
	}{said.Title, said.Status, said.Detail, said.Code, said.Errors})
	if err != nil {
		panic(err) // strings and a number always encode
	}
	header := w.Header()
	for _, name := range []string{"Content-Length", "Etag", "Last-Modified"} {
		header.Del(name) // of the answer that the handler had begun to make
	}
	maps.Copy(header, p.Header)
	header.Set("Content-Type", "application/problem+json")
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(said.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(append(body, '\n'))
	}
}
