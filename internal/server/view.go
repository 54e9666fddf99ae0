package server

import (
	"encoding/json"
	"reflect"
	"slices"
)

// view is a row as an answer shows it: the fields of a struct under their json
// names. A field whose db column the caller may not read is left out, and so is
// a nil one without a column.
func view(row any, columns []string) (object, error) {
	v := reflect.ValueOf(row)
	var o object
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag
		if column := tag.Get("db"); column == "-" {
			if v.Field(i).IsNil() {
				continue
			}
		} else if !slices.Contains(columns, column) {
			continue
		}
		value, err := json.Marshal(v.Field(i).Interface())
		if err != nil {
			return nil, err
		}
		o = append(o, member{tag.Get("json"), value})
	}
	return o, nil
}
