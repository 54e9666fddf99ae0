package queryset

import (
	"database/sql"
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
			_, err := j.column(field.Path, mistakef)
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

// one reads the first row, ErrNotFound when there is none.
func (t *target) one(rows *sql.Rows, to reflect.Value, room []any) error {
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return err
		}
		return ErrNotFound
	}
	if err := t.scan(rows, to, t.dests(room)); err != nil {
		return err
	}
	return rows.Close()
}

// many reads all rows into a new slice, which is to's only when all went well.
func (t *target) many(rows *sql.Rows, to reflect.Value, room []any) error {
	slice := reflect.New(to.Type()).Elem()
	slice.Set(reflect.MakeSlice(to.Type(), 0, 0))
	dests := t.dests(room)
	for rows.Next() {
		n := slice.Len()
		slice.Grow(1)
		slice.SetLen(n + 1)
		if err := t.scan(rows, t.row(slice.Index(n)), dests); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	to.Set(slice)
	return nil
}

// dests has one for each selected column, in room where they fit.
func (t *target) dests(room []any) []any {
	n := max(len(t.columns), 1)
	return slices.Grow(room, n)[:n]
}

// row is the struct or map of a slice's element.
func (t *target) row(elem reflect.Value) reflect.Value {
	switch elem.Kind() {
	case reflect.Pointer:
		elem.Set(reflect.New(elem.Type().Elem()))
		return t.row(elem.Elem())
	case reflect.Map:
		elem.Set(reflect.MakeMap(elem.Type()))
	}
	return elem
}

// scan reads a row into a struct or map. dests is for its use.
func (t *target) scan(rows *sql.Rows, to reflect.Value, dests []any) error {
	if len(t.columns) == 0 {
		dests[0] = new(any)
	}
	if t.fields == nil {
		return t.scanMap(rows, to, dests)
	}
	for i, path := range t.fields {
		dests[i] = fieldOf(to, path).Addr().Interface()
	}
	for _, path := range t.hidden {
		fieldOf(to, path).SetZero()
	}
	return rows.Scan(dests...)
}

func fieldOf(v reflect.Value, path []int) reflect.Value {
	if len(path) == 1 {
		return v.Field(path[0])
	}
	return reflectx.FieldByIndexes(v, path)
}

// scanMap gives text of every type as a string; only bytes stay bytes.
func (t *target) scanMap(rows *sql.Rows, to reflect.Value, dests []any) error {
	for i := range t.columns {
		dests[i] = new(any)
	}
	if err := rows.Scan(dests...); err != nil {
		return err
	}
	if to.IsNil() {
		to.Set(reflect.MakeMap(to.Type()))
	}
	row := to.Convert(mapType).Interface().(map[string]any)
	for i, c := range t.columns {
		v := *dests[i].(*any)
		if text, ok := v.([]byte); ok && !c.bytes {
			v = string(text)
		}
		row[c.name] = v
	}
	return nil
}
