package server

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
)

// jsonText is a JSON value kept as text: TEXT in the database, itself in JSON.
type jsonText string

// MarshalJSON is the value itself.
func (j jsonText) MarshalJSON() ([]byte, error) { return []byte(j), nil }

// Value is the text.
func (j jsonText) Value() (driver.Value, error) { return string(j), nil }

// Scan reads text.
func (j *jsonText) Scan(src any) error {
	switch s := src.(type) {
	case string:
		*j = jsonText(s)
	case []byte:
		*j = jsonText(s)
	default:
		return fmt.Errorf("server: a JSON value in the database is %T and no text", src)
	}
	return nil
}

// compactJSON is the value without space between its tokens.
func compactJSON(raw []byte) (jsonText, error) {
	var b bytes.Buffer
	err := json.Compact(&b, raw)
	return jsonText(b.String()), err
}

// maxDepth is how deep objects and arrays may be nested.
const maxDepth = 100

// tooDeep tells whether a JSON value is nested deeper than maxDepth.
func tooDeep(raw []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case quoted && c == '\\':
			i++ // whatever it escapes
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// sameJSON tells whether two JSON texts mean the same: the order of members and
// the spelling of numbers and strings aside.
func sameJSON(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	x, errA := decodeAny(a)
	y, errB := decodeAny(b)
	return errA == nil && errB == nil && sameValue(x, y)
}

func decodeAny(raw []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}

func sameValue(x, y any) bool {
	switch x := x.(type) {
	case map[string]any:
		y, ok := y.(map[string]any)
		return ok && maps.EqualFunc(x, y, sameValue)
	case []any:
		y, ok := y.([]any)
		return ok && slices.EqualFunc(x, y, sameValue)
	case json.Number:
		y, ok := y.(json.Number)
		return ok && sameNumber(x.String(), y.String())
	}
	return reflect.DeepEqual(x, y)
}

// sameNumber compares integers exactly, and others as a float holds them.
func sameNumber(x, y string) bool {
	if x == y {
		return true
	}
	_, errX := strconv.ParseInt(x, 10, 64)
	_, errY := strconv.ParseInt(y, 10, 64)
	if errX == nil && errY == nil {
		return false // but for -0, two spellings of an integer are two integers
	}
	a, errA := strconv.ParseFloat(x, 64)
	b, errB := strconv.ParseFloat(y, 64)
	return errA == nil && errB == nil && a == b
}
