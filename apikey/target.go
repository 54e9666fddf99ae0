package apikey

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

const maxTargetID = 128

// Target names rows: "build:42" one, "build:*" every build, "*:42" the row 42
// of any type, "*:*" all. The zero Target names nothing and is not valid.
type Target struct{ Type, ID string }

// ParseTarget reads "type:id", the one grammar of allow lists in text, JSON,
// SQL and flags. Space around the entry is trimmed and no other is allowed. The
// type is lower-cased and must then be [a-z][a-z0-9_]* or "*". The id is "*" or
// 1 to 128 printable ASCII bytes without ":" and space; a UUID in its 36-byte
// form becomes lower-case. The error says what is wrong, and with which text.
func ParseTarget(s string) (Target, error) {
	kind, id, ok := strings.Cut(trimSpace(s), ":")
	if !ok {
		return Target{}, fmt.Errorf("apikey: target %q is not type:id, such as build:42", s)
	}
	return Target{kind, id}.canonical()
}

// String is "type:id", and ":" for the zero Target.
func (t Target) String() string { return t.Type + ":" + t.ID }

// MarshalText gives "type:id" in canonical form. A target that is not valid is
// an error.
func (t Target) MarshalText() ([]byte, error) {
	c, err := t.canonical()
	return []byte(c.String()), err
}

// UnmarshalText reads what [ParseTarget] reads.
func (t *Target) UnmarshalText(text []byte) (err error) {
	*t, err = ParseTarget(string(text))
	return err
}

// UnmarshalJSON reads "type:id" or {"type": …, "id": …}, where space around
// each part is trimmed. Any other form, and any other member, is an error.
func (t *Target) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		var text string
		if err := json.Unmarshal(data, &text); err != nil {
			return fmt.Errorf("apikey: target %s is no JSON string", data)
		}
		return t.UnmarshalText([]byte(text))
	}
	return t.unmarshalObject(data)
}

func (t *Target) unmarshalObject(data []byte) (err error) {
	var parts map[string]string
	d := json.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&parts); err != nil {
		return fmt.Errorf(`apikey: target %s is neither "type:id" nor {"type", "id"}`, data)
	}
	kind, hasType := parts["type"]
	id, hasID := parts["id"]
	if !hasType || !hasID || len(parts) != 2 {
		return fmt.Errorf(`apikey: target %s must have the members "type" and "id" and no other`, data)
	}
	*t, err = Target{trimSpace(kind), trimSpace(id)}.canonical()
	return err
}

// canonical checks the target and gives the one spelling that is compared.
func (t Target) canonical() (Target, error) {
	c := Target{lowerASCII(t.Type), t.ID}
	switch {
	case !validType(c.Type):
		return Target{}, fmt.Errorf("apikey: target %q: type %q is neither * nor a letter with letters, digits and _ after it", t.String(), t.Type)
	case !validTargetID(c.ID):
		return Target{}, fmt.Errorf("apikey: target %q: id %q is not 1 to %d printable ASCII characters without colon and space", t.String(), t.ID, maxTargetID)
	case isUUID(c.ID):
		c.ID = lowerASCII(c.ID)
	}
	return c, nil
}

// covers tells whether t names every row that o names. Both are canonical.
func (t Target) covers(o Target) bool {
	return (t.Type == "*" || t.Type == o.Type) && (t.ID == "*" || t.ID == o.ID)
}

// meet is the target of the rows that both name, if there can be any.
func (t Target) meet(o Target) (Target, bool) {
	kind, ok := meetPart(t.Type, o.Type)
	id, ok2 := meetPart(t.ID, o.ID)
	return Target{kind, id}, ok && ok2
}

func meetPart(a, b string) (string, bool) {
	switch {
	case a == b || b == "*":
		return a, true
	case a == "*":
		return b, true
	}
	return "", false
}

func validType(s string) bool { return s == "*" || isWord(s) }

// isWord tells whether s is [a-z][a-z0-9_]*: a resource, an action, a type.
func isWord(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (i == 0 || (c < '0' || c > '9') && c != '_') {
			return false
		}
	}
	return s != ""
}

func validTargetID(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' || s[i] == ':' {
			return false
		}
	}
	return 0 < len(s) && len(s) <= maxTargetID
}

// isUUID knows only the 36-byte form: uuid.Parse also takes three others.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if s[i] != '-' {
				return false
			}
		} else if !isHex(s[i]) {
			return false
		}
	}
	return true
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// lowerASCII is strings.ToLower for A-Z alone: KELVIN SIGN is no k.
func lowerASCII(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return 'A' <= r && r <= 'Z' }) < 0 {
		return s
	}
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

func trimSpace(s string) string { return strings.Trim(s, " \t\r\n") }
