// Package nilcheck finds nil where Go's == does not, so that half-wired programs
// fail where they are wired and not at a request.
package nilcheck

import "reflect"

// IsNil holds for nil, and for a nil pointer or func inside an interface. A nil
// map or slice is a value that works, so it is not nil here.
func IsNil(v any) bool {
	if v == nil {
		return true
	}
	switch value := reflect.ValueOf(v); value.Kind() {
	case reflect.Pointer, reflect.Func:
		return value.IsNil()
	}
	return false
}
