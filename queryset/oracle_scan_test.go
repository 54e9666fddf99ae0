package queryset_test

import (
	"context"
	"fmt"
	"reflect"

	"github.com/buildkey/buildkey/queryset"
	"github.com/buildkey/buildkey/queryset/internal/oracle"
)

// cell is a field that knows whether it was filled.
type cell struct {
	filled bool
	value  oracle.Value
}

// Scan takes what the driver gives.
func (c *cell) Scan(v any) error {
	c.filled, c.value = true, text(v)
	return nil
}

// structOf is a struct with a cell for each column.
func structOf(columns []string) reflect.Type {
	var fields []reflect.StructField
	seen := map[string]bool{}
	for _, c := range columns {
		if seen[c] {
			continue
		}
		seen[c] = true
		fields = append(fields, reflect.StructField{
			Name: fmt.Sprintf("F%d", len(fields)),
			Type: reflect.TypeFor[cell](),
			Tag:  reflect.StructTag(fmt.Sprintf("db:%q", c)),
		})
	}
	return reflect.StructOf(fields)
}

// rowOf are the fields of a struct that were filled.
func rowOf(v reflect.Value) oracle.Row {
	row := oracle.Row{}
	for i := range v.NumField() {
		if c := v.Field(i).Interface().(cell); c.filled {
			row[v.Type().Field(i).Tag.Get("db")] = c.value
		}
	}
	return row
}

func rowOfMap(m map[string]any) oracle.Row {
	row := oracle.Row{}
	for c, v := range m {
		row[c] = text(v)
	}
	return row
}

func (r *runner) get(ctx context.Context, db session, q queryset.Query, tr *trial) ([]oracle.Row, error) {
	if tr.op.fields == nil {
		m := map[string]any{}
		if err := q.Get(ctx, db, &m, tr.op.spelled); err != nil {
			return nil, err
		}
		return []oracle.Row{rowOfMap(m)}, nil
	}
	dest := reflect.New(structOf(tr.op.fields))
	for i := range dest.Elem().NumField() { // a leftover must not stay
		dest.Elem().Field(i).Set(reflect.ValueOf(cell{true, oracle.Of("left over")}))
	}
	if err := q.Get(ctx, db, dest.Interface(), tr.op.spelled); err != nil {
		return nil, err
	}
	return []oracle.Row{rowOf(dest.Elem())}, nil
}

func (r *runner) selectAll(ctx context.Context, db session, q queryset.Query, tr *trial) ([]oracle.Row, error) {
	var rows []oracle.Row
	if tr.op.fields == nil {
		var ms []map[string]any
		if err := q.Select(ctx, db, &ms); err != nil {
			return nil, err
		}
		for _, m := range ms {
			rows = append(rows, rowOfMap(m))
		}
		return rows, nil
	}
	dest := reflect.New(reflect.SliceOf(structOf(tr.op.fields)))
	if err := q.Select(ctx, db, dest.Interface()); err != nil {
		return nil, err
	}
	for i := range dest.Elem().Len() {
		rows = append(rows, rowOf(dest.Elem().Index(i)))
	}
	return rows, nil
}
