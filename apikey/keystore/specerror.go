package keystore

import (
	"fmt"
	"strings"
)

// SpecError is bad input: what is wrong with each field, by its name in JSON.
// Nothing was stored.
type SpecError struct{ Fields []FieldError }

// FieldError says what is wrong with one field, and with which value.
type FieldError struct{ Field, Detail string }

// Error names every field.
func (e *SpecError) Error() string {
	parts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		parts[i] = f.Field + ": " + f.Detail
	}
	return "keystore: " + strings.Join(parts, "; ")
}

// fieldErrors collects what is wrong.
type fieldErrors struct{ fields []FieldError }

func (bad *fieldErrors) add(field, format string, args ...any) {
	bad.fields = append(bad.fields, FieldError{field, fmt.Sprintf(format, args...)})
}

// addError adds what apikey says about a value.
func (bad *fieldErrors) addError(field string, err error) {
	if err != nil {
		bad.add(field, "%s", strings.TrimPrefix(err.Error(), "apikey: "))
	}
}

// err is a *SpecError, or nil when nothing was wrong.
func (bad *fieldErrors) err() error {
	if len(bad.fields) == 0 {
		return nil
	}
	return &SpecError{bad.fields}
}

func specError(field, format string, args ...any) error {
	var bad fieldErrors
	bad.add(field, format, args...)
	return bad.err()
}
