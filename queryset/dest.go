package queryset

import (
	"reflect"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx/reflectx"
)

var mapType = reflect.TypeFor[map[string]any]()

// oneDest is what Get fills: the struct, or the map.
func oneDest(dest any) (reflect.Value, error) {
	v := reflect.ValueOf(dest)
	switch {
	case v.Kind() == reflect.Pointer && !v.IsNil() && isRow(v.Elem().Type()):
		return v.Elem(), nil
	case v.IsValid() && isMap(v.Type()) && !v.IsNil():
		return v, nil
	}
	return v, mistakef("Get reads into a pointer to a struct or a map[string]any that is not nil, and not into %T", dest)
}

// manyDest is the slice that Select fills, and the struct or map of a row.
func manyDest(dest any) (reflect.Value, reflect.Type, error) {
	v := reflect.ValueOf(dest)
	if v.Kind() == reflect.Pointer && !v.IsNil() && v.Elem().Kind() == reflect.Slice {
		elem := v.Elem().Type().Elem()
		if elem.Kind() == reflect.Pointer {
			elem = elem.Elem()
		}
		if isRow(elem) {
			return v.Elem(), elem, nil
		}
	}
	return v, nil, mistakef("Select reads into a pointer to a slice of structs or of map[string]any, and not into %T", dest)
}

func isRow(t reflect.Type) bool { return t.Kind() == reflect.Struct || isMap(t) }

// isMap tells whether t is map[string]any, under a name such as Values too.
func isMap(t reflect.Type) bool { return t.Kind() == reflect.Map && t.ConvertibleTo(mapType) }

// target is how a row gets into a struct or a map of one type.
type target struct {
	columns []column // selected
	fields  [][]int  // where each goes in a struct; nil for a map
	hidden  [][]int  // fields whose columns are not readable
}

// target finds the place of each readable column in t.
func (j *job) target(t reflect.Type) (*target, error) {
	if isMap(t) {
		return &target{columns: j.reach.fields.read}, nil
	}
	to := &target{fields: [][]int{}}
	for _, field := range flat(j.mapper.TypeMap(t)) {
		c, ok := j.table.column(field.Path)
		switch {
		case ok && j.reach.fields.readable(c.name):
			to.columns = append(to.columns, c)
			to.fields = append(to.fields, field.Index)
		case ok:
			to.hidden = append(to.hidden, field.Index)
		case tagged(field):
			_, err := j.column(field.Path)
			return nil, err
		}
	}
	return to, nil
}

// flat are the fields that can hold columns: those of t itself and of structs
// embedded in it, one for each name, the outermost.
func flat(m *reflectx.StructMap) []*reflectx.FieldInfo {
	var out []*reflectx.FieldInfo
	for _, field := range m.Index {
		if !field.Embedded && field.Path != "" && !strings.Contains(field.Path, ".") && m.Names[field.Path] == field {
			out = append(out, field)
		}
	}
	slices.SortStableFunc(out, func(a, b *reflectx.FieldInfo) int { return slices.Compare(a.Index, b.Index) })
	return out
}

func tagged(field *reflectx.FieldInfo) bool {
	_, ok := field.Field.Tag.Lookup("db")
	return ok
}
