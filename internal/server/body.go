package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/buildkey/buildkey/middleware"
)

// How large a body may be: 1 MiB, a command's (its output is in it) 4 MiB.
const (
	maxBody        = 1 << 20
	maxCommandBody = 4 << 20
)

// body is what a request sent, or why it could not be read. It is read before
// anything else, so that a slow client never holds a transaction open, and
// judged when its turn comes, after the row.
type body struct {
	data []byte
	err  error
}

func readBody(w http.ResponseWriter, r *http.Request, limit int64) body {
	if err := checkContentType(r); err != nil {
		return body{err: err}
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return body{err: &middleware.Problem{
			Status: http.StatusRequestEntityTooLarge,
			Code:   "too_large",
			Title:  "Content Too Large",
			Detail: fmt.Sprintf("the body is larger than %d bytes", tooLarge.Limit),
		}}
	}
	if err != nil {
		return body{err: invalidField("body", "the connection broke before the body was whole")}
	}
	return body{data: data}
}

// orEmpty takes no body at all for an empty object.
func (b body) orEmpty() body {
	if b.err == nil && len(b.data) == 0 {
		b.data = []byte("{}")
	}
	return b
}

// checkContentType wants JSON. A body without a type is taken for it.
func checkContentType(r *http.Request) error {
	given := r.Header.Get("Content-Type")
	if given == "" || r.ContentLength == 0 {
		return nil
	}
	kind, params, err := mime.ParseMediaType(given)
	charset := params["charset"]
	if err == nil && kind == "application/json" && (charset == "" || strings.EqualFold(charset, "utf-8")) {
		return nil
	}
	return &middleware.Problem{
		Status: http.StatusUnsupportedMediaType,
		Code:   "unsupported_media_type",
		Title:  "Unsupported Media Type",
		Detail: "send the body as Content-Type: application/json, in UTF-8",
		Header: http.Header{"Accept": {"application/json"}},
	}
}

// member is one name of an object with what it holds.
type member struct {
	name  string
	value json.RawMessage
}

// members takes the body apart, which must be one JSON object (RFC 8259) that
// says no name twice: names that repeat mean different things to different
// readers. Unlike encoding/json's way with structs, case counts.
func (b body) members() ([]member, error) {
	if b.err != nil {
		return nil, b.err
	}
	if !utf8.Valid(b.data) {
		return nil, invalidField("body", "is not UTF-8")
	}
	var whole json.RawMessage
	if err := json.Unmarshal(b.data, &whole); err != nil {
		return nil, invalidField("body", "is no JSON: "+err.Error())
	}
	d := json.NewDecoder(bytes.NewReader(b.data))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return nil, invalidField("body", "is no JSON object")
	}
	return readMembers(d)
}

func readMembers(d *json.Decoder) (all []member, err error) {
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, invalidField("body", "is no JSON: "+err.Error())
		}
		name, _ := token.(string)
		if seen[name] {
			return nil, invalidField(name, "is there twice")
		}
		seen[name] = true
		m := member{name: name}
		if err := d.Decode(&m.value); err != nil {
			return nil, invalidField(name, "is no JSON: "+err.Error())
		}
		all = append(all, m)
	}
	return all, nil
}
