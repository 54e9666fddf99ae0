package server

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/buildkey/buildkey/queryset"
)

// How long a list is: by default, and at most. More is refused and not cut, so
// that nobody takes a part for the whole.
const (
	defaultLimit = 10
	maxLimit     = 100
)

// page is the part of a list that was asked for.
type page struct{ limit, offset int }

// envelope is a part of a list as Django REST framework writes it.
type envelope struct {
	Count    int64   `json:"count"`
	Next     *string `json:"next"`
	Previous *string `json:"previous"`
	Results  any     `json:"results"`
}

func pageOf(r *http.Request) (p page, err error) {
	query := r.URL.Query()
	if p.limit, err = number(query, "limit", defaultLimit, 1, maxLimit); err != nil {
		return p, err
	}
	p.offset, err = number(query, "offset", 0, 0, 1<<31-1)
	return p, err
}

func number(query url.Values, name string, absent, least, most int) (int, error) {
	if !query.Has(name) {
		return absent, nil
	}
	n, err := strconv.Atoi(query.Get(name))
	if err != nil || n < least || n > most {
		return 0, invalidField(name, "must be an integer from "+strconv.Itoa(least)+" to "+strconv.Itoa(most))
	}
	return n, nil
}

// write answers with the page's results, of total.
func (p page) write(w http.ResponseWriter, r *http.Request, total int64, results any) error {
	e := envelope{Count: total, Results: results}
	if int64(p.offset)+int64(p.limit) < total {
		e.Next = p.link(r, p.offset+p.limit)
	}
	if p.offset > 0 {
		e.Previous = p.link(r, max(0, p.offset-p.limit))
	}
	return writeJSON(w, http.StatusOK, e)
}

// link is the address of another page, with the filters of this one.
func (p page) link(r *http.Request, offset int) *string {
	query := r.URL.Query()
	query.Set("limit", strconv.Itoa(p.limit))
	query.Set("offset", strconv.Itoa(offset))
	u := url.URL{Scheme: "http", Host: r.Host, Path: r.URL.Path, RawQuery: query.Encode()}
	if r.TLS != nil {
		u.Scheme = "https"
	}
	s := u.String()
	return &s
}

// filter narrows a list by a query parameter. It never widens: its condition is
// one more beside the scope.
type filter struct {
	param, cond string
	kind        kind
	quote       bool // the parameter is text, not JSON
}

// filtered adds the filters that the request names.
func filtered(q queryset.Query, filters []filter, r *http.Request) (queryset.Query, error) {
	query := r.URL.Query()
	for _, f := range filters {
		if !query.Has(f.param) {
			continue
		}
		value, err := f.read(query.Get(f.param))
		if err != nil {
			return q, err
		}
		q = q.Where(f.cond, value)
	}
	return q, nil
}

func (f filter) read(given string) (any, error) {
	raw := []byte(strings.TrimSpace(given))
	if f.quote {
		if !utf8.ValidString(given) {
			return nil, invalidField(f.param, "is not UTF-8")
		}
		raw, _ = json.Marshal(given) // a string always can
	}
	if len(raw) == 0 {
		return nil, invalidField(f.param, "is empty")
	}
	value, err := f.kind(raw)
	if err != nil {
		return nil, invalidField(f.param, err.Error())
	}
	return value, nil
}

// writeJSON answers with v and a final newline, for those who read it in a
// terminal.
func writeJSON(w http.ResponseWriter, status int, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // who went away needs no answer
	return nil
}

// done answers 204 where there is no error.
func done(w http.ResponseWriter, err error) error {
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}
