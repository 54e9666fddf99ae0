package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// kind reads one type of JSON value, and says in its error what it should be.
// The values marshal back to what an answer shows.
type kind func(raw json.RawMessage) (any, error)

func integer(raw json.RawMessage) (any, error) {
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		return nil, errors.New("must be an integer of at most 64 bits")
	}
	return n, nil
}

func natural(raw json.RawMessage) (any, error) {
	n, err := integer(raw)
	if err == nil && n.(int64) < 0 {
		return nil, errors.New("must not be negative")
	}
	return n, err
}

// seconds may have a fraction.
func seconds(raw json.RawMessage) (any, error) {
	n, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || n < 0 {
		return nil, errors.New("must be a number of seconds that is not negative")
	}
	return n, nil
}

func boolean(raw json.RawMessage) (any, error) {
	switch string(raw) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return nil, errors.New("must be true or false")
}

// text refuses NUL, which PostgreSQL cannot keep.
func text(raw json.RawMessage) (any, error) {
	var s string
	if raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return nil, errors.New("must be a string")
	}
	if strings.Contains(s, "\x00") {
		return nil, errors.New("must not hold a NUL character")
	}
	return s, nil
}

// short is text of 1 to n characters.
func short(n int) kind {
	return func(raw json.RawMessage) (any, error) {
		v, err := text(raw)
		if s, ok := v.(string); ok && (s == "" || utf8.RuneCountInString(s) > n) {
			return nil, fmt.Errorf("must have 1 to %d characters", n)
		}
		return v, err
	}
}

// slug is a name that can stand in a URL.
func slug(raw json.RawMessage) (any, error) {
	v, err := short(63)(raw)
	if s, ok := v.(string); ok && (strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != "" || s[0] == '.') {
		return nil, errors.New("must be of a-z, 0-9, -, _ and ., and not start with a dot")
	}
	return v, err
}

func oneOf(words ...string) kind {
	return func(raw json.RawMessage) (any, error) {
		v, err := text(raw)
		if s, ok := v.(string); ok && !slices.Contains(words, s) {
			return nil, fmt.Errorf("must be one of %s", strings.Join(words, ", "))
		}
		return v, err
	}
}

// timestamp keeps microseconds. time.Parse lets through an hour of one digit and
// a comma for the point, which RFC 3339 does not know.
func timestamp(raw json.RawMessage) (any, error) {
	v, err := text(raw)
	if err != nil {
		return nil, err
	}
	s, _ := v.(string)
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || s[len("2026-01-05T10")] != ':' || strings.Contains(s, ",") || t.UTC().Year() < 1 || t.UTC().Year() > 9999 {
		return nil, errors.New("must be a time as in RFC 3339, such as 2026-01-05T10:00:00Z")
	}
	return momentOf(t), nil
}

func jsonObject(raw json.RawMessage) (any, error) {
	if raw[0] != '{' {
		return nil, errors.New("must be an object")
	}
	if tooDeep(raw) {
		return nil, fmt.Errorf("must not be nested deeper than %d levels", maxDepth)
	}
	return compactJSON(raw)
}

// anyArray is for lists that are only ever repeated.
func anyArray(raw json.RawMessage) (any, error) {
	if raw[0] != '[' {
		return nil, errors.New("must be an array")
	}
	return compactJSON(raw)
}

// positiveDuration is longer than zero: a string such as "90m", or whole seconds.
func positiveDuration(raw json.RawMessage) (any, error) {
	v, err := duration(raw)
	if err == nil && v.(time.Duration) == 0 {
		return nil, errors.New("must be positive")
	}
	return v, err
}

func duration(raw json.RawMessage) (any, error) {
	d, err := parseDuration(raw)
	switch {
	case err != nil:
		return nil, errors.New(`must be a duration such as "90m", or whole seconds`)
	case d < 0:
		return nil, errors.New("must not be negative")
	}
	return d, nil
}

func parseDuration(raw json.RawMessage) (time.Duration, error) {
	if raw[0] == '"' {
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return 0, err
		}
		return time.ParseDuration(s)
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil || n > int64(maxDuration/time.Second) || n < -int64(maxDuration/time.Second) {
		return 0, errors.New("server: out of range")
	}
	return time.Duration(n) * time.Second, nil
}

const maxDuration = time.Duration(1<<63 - 1)
