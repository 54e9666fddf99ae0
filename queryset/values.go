package queryset

import (
	"database/sql/driver"
	"math"
	"reflect"
	"slices"
)

// Values are the columns to write and what to write in them. A nil value is
// NULL. They may come from a request's body: what a key may not write is
// refused, and so is what no column takes, which is [ErrBadValue]. So is, from
// whom the application trusts, a column that is not there.
//
// A number that encoding/json decodes is a float64, and exact up to 2^53. One
// beyond is refused for a column of integers, rather than written as its
// neighbour; a decoder that was told UseNumber keeps it exact.
//
// A text that is a number may stand for it. Any other is refused for a column of
// integers or of floating point numbers, whether the database would store it, as
// SQLite does, or not; so is a fraction for one of integers.
type Values map[string]any

// exactFloats is the first number that may stand for its neighbour as a float64.
const exactFloats = 1 << 53

// columnsOf are the columns of a row, sorted.
func (j *job) columnsOf(row Values) ([]string, error) {
	if len(row) == 0 {
		return nil, badValuef("there are no values to write to %s", j.table.table.Name)
	}
	columns := make([]string, 0, len(row))
	for c := range row {
		columns = append(columns, c)
	}
	slices.Sort(columns)
	return columns, nil
}

// writable refuses a column that the caller may not write, and then one that is
// not there. That is a 400 for whom the application trusts, too: such a caller may
// name any column, and what it names may come from a request's body.
func (j *job) writable(name string, may bool) error {
	if !may {
		return forbidden("the column %s of %s is not writable", quoteForError(name), j.table.table.Name)
	}
	_, err := j.column(name, badValuef)
	return err
}

// sendable looks at row's values before anything is sent.
func (j *job) sendable(columns []string, row Values) error {
	for _, name := range columns {
		c, _ := j.table.column(name)
		if v := row[name]; !c.takes(v) || c.rounds(v) || !c.affinity.keeps(v) {
			if err := j.unsendable(c, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// unsendable says what is wrong with v. What a key gives for a column that
// places the row is judged as an id later, and here only kept from being what
// no id can be.
func (j *job) unsendable(c column, v any) error {
	asID := !j.reach.all && slices.Contains(j.table.table.placing(), c.name)
	_, canBeID := idText(v)
	switch {
	case !c.takes(v) && !(asID && canBeID):
		return badValuef("%s takes no %T", j.named(c), v)
	case asID:
		return nil
	case c.rounds(v):
		return badValuef("%s takes integers, and a %T of 2^53 or more may be another than was meant: decode it with UseNumber", j.named(c), v)
	}
	return badValuef("%s", j.notTaken(c))
}

// takes tells whether v is of a type that can be sent for c: a list only for a
// column of lists, which a driver would write as text in any other.
func (c column) takes(v any) bool {
	if _, ok := v.(driver.Valuer); ok || driver.IsValue(v) {
		return true
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Bool, reflect.String:
		return true
	case reflect.Pointer:
		return r.IsNil() || c.takes(r.Elem().Interface())
	case reflect.Slice:
		return r.Type().Elem().Kind() == reflect.Uint8 || c.list && c.takesEach(r)
	default:
		return r.CanInt() || r.CanUint() || r.CanFloat()
	}
}

func (c column) takesEach(list reflect.Value) bool {
	for i := range list.Len() {
		if !c.takes(list.Index(i).Interface()) {
			return false
		}
	}
	return true
}

// rounds tells whether v may have lost digits that c would keep.
func (c column) rounds(v any) bool {
	f, ok := v.(float64)
	return ok && c.kind.integer() && math.Abs(f) >= exactFloats
}
