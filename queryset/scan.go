package queryset

import (
	"database/sql"
	"reflect"
	"slices"

	"github.com/jmoiron/sqlx/reflectx"
)

// one reads the first row, ErrNotFound when there is none.
func (t *target) one(rows *sql.Rows, to reflect.Value, room []any) error {
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return err
		}
		return ErrNotFound
	}
	if err := t.scan(rows, to, t.places(room)); err != nil {
		return err
	}
	return rows.Close()
}

// many reads all rows into a new slice, which is to's only when all went well.
func (t *target) many(rows *sql.Rows, to reflect.Value, room []any) error {
	slice := reflect.New(to.Type()).Elem()
	slice.Set(reflect.MakeSlice(to.Type(), 0, 0))
	places := t.places(room)
	for rows.Next() {
		n := slice.Len()
		slice.Grow(1)
		slice.SetLen(n + 1)
		if err := t.scan(rows, t.row(slice.Index(n)), places); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	to.Set(slice)
	return nil
}

// places has one for each selected column, in room where they fit.
func (t *target) places(room []any) []any {
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

// scan reads a row into a struct or map. places is for its use.
func (t *target) scan(rows *sql.Rows, to reflect.Value, places []any) error {
	if len(t.columns) == 0 {
		places[0] = new(any)
	}
	if t.fields == nil {
		return t.scanMap(rows, to, places)
	}
	for i, path := range t.fields {
		places[i] = fieldOf(to, path).Addr().Interface()
	}
	for _, path := range t.hidden {
		fieldOf(to, path).SetZero()
	}
	return rows.Scan(places...)
}

func fieldOf(v reflect.Value, path []int) reflect.Value {
	if len(path) == 1 {
		return v.Field(path[0])
	}
	return reflectx.FieldByIndexes(v, path)
}

// scanMap gives text of every type as a string; only bytes stay bytes.
func (t *target) scanMap(rows *sql.Rows, to reflect.Value, places []any) error {
	for i := range t.columns {
		places[i] = new(any)
	}
	if err := rows.Scan(places...); err != nil {
		return err
	}
	if to.IsNil() {
		to.Set(reflect.MakeMap(to.Type()))
	}
	row := to.Convert(mapType).Interface().(map[string]any)
	for i, c := range t.columns {
		v := *places[i].(*any)
		if text, ok := v.([]byte); ok && !c.bytes {
			v = string(text)
		}
		row[c.name] = v
	}
	return nil
}
