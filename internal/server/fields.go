package server

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/buildkey/buildkey/middleware"
	"github.com/buildkey/buildkey/queryset"
)

// field is one name that a body may hold.
type field struct {
	name   string
	kind   kind
	column string // where it is kept; "": the column of the same name
	null   bool   // null is a value too: not set
	fixed  bool   // given once, or by the server: a PATCH can only repeat it
}

// fields are what a body may hold, in the order in which answers show them.
type fields []field

// input is what a body held, by name. A null is nil.
type input map[string]any

func (f fields) find(name string) (field, bool) {
	for _, one := range f {
		if one.name == name {
			return one, true
		}
	}
	return field{}, false
}

// decode reads a body. Every unknown name and every wrong value is in its error,
// a 400.
func (f fields) decode(b body) (input, error) {
	all, err := b.members()
	if err != nil {
		return nil, err
	}
	in, wrong := input{}, []middleware.FieldProblem(nil)
	for _, m := range all {
		one, ok := f.find(m.name)
		if !ok {
			wrong = append(wrong, middleware.FieldProblem{Field: firstRunes(m.name, 100), Detail: "is not a field here; case counts"})
			continue
		}
		value, detail := one.read(m.value)
		if detail != "" {
			wrong = append(wrong, middleware.FieldProblem{Field: m.name, Detail: detail})
		}
		in[m.name] = value
	}
	if wrong != nil {
		return nil, invalid(wrong...)
	}
	return in, nil
}

func (f field) read(raw json.RawMessage) (value any, detail string) {
	if string(raw) == "null" {
		if f.null {
			return nil, ""
		}
		return nil, "must not be null"
	}
	value, err := f.kind(raw)
	if err != nil {
		return nil, err.Error()
	}
	return value, ""
}

// create is decode for a new row: what is fixed by the server cannot be given,
// and what is required must be.
func (f fields) create(b body, required ...string) (input, error) {
	in, err := f.decode(b)
	if err != nil {
		return nil, err
	}
	var wrong []middleware.FieldProblem
	for _, name := range required {
		if in[name] == nil {
			wrong = append(wrong, middleware.FieldProblem{Field: name, Detail: "is required"})
		}
	}
	if wrong != nil {
		return nil, invalid(wrong...)
	}
	return in, nil
}

// without leaves out fields that a new row cannot be given.
func (f fields) without(names ...string) fields {
	var rest fields
	for _, one := range f {
		if !slices.Contains(names, one.name) {
			rest = append(rest, one)
		}
	}
	return rest
}

// changes are the columns that in would change in a row that the caller sees as
// shown. What repeats it is left out, whatever the caller's rights. A fixed
// field that differs is a 403 that names it.
func (f fields) changes(in input, shown object) (queryset.Values, error) {
	set := queryset.Values{}
	for _, one := range f {
		value, given := in[one.name]
		if !given || shown.says(one.name, value) {
			continue
		}
		if one.fixed {
			return nil, forbiddenField(one.name, "cannot be changed")
		}
		set[one.in()] = value
	}
	return set, nil
}

// values are the columns of a new row.
func (f fields) values(in input) queryset.Values {
	set := queryset.Values{}
	for _, one := range f {
		if value, given := in[one.name]; given {
			set[one.in()] = value
		}
	}
	return set
}

func (f field) in() string {
	if f.column != "" {
		return f.column
	}
	return f.name
}

// or gives fields that are absent or null a value.
func (in input) or(defaults input) input {
	for name, value := range defaults {
		if in[name] == nil {
			in[name] = value
		}
	}
	return in
}

// object is a JSON object in a fixed order.
type object []member

// MarshalJSON writes the members in their order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(m.value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// says tells whether the object holds the value under the name.
func (o object) says(name string, value any) bool {
	for _, m := range o {
		if m.name == name {
			given, err := json.Marshal(value)
			return err == nil && sameJSON(m.value, given)
		}
	}
	return false
}

// firstRunes keeps an answer from repeating a megabyte.
func firstRunes(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i] + "…"
		}
	}
	return s
}
