package queryset

import (
	"reflect"

	"github.com/jmoiron/sqlx/reflectx"
)

// shape is all that a statement's text depends on. Two uses of one shape differ
// in arguments only.
type shape struct {
	form   form
	table  *bound
	alter  *alteration
	fields *fields

	reach reachShape
	above reachShape // of an insert's parent

	conds      string
	condCount  int
	order      string
	orderCount int
	limit      bool
	offset     bool

	columns string // written, by name
	rows    int    // inserted

	mapper *reflectx.Mapper
	dest   reflect.Type
}

// reachShape is a reach without its values.
type reachShape struct {
	all, public, own, linked, listed bool
	fixed                            attachments
}

func (r *reach) shape() reachShape {
	return reachShape{r.all, r.public, r.own, r.linked, r.listed, r.fixed}
}

// form is a kind of statement.
type form uint8

const (
	formGet form = iota
	formSelect
	formCount
	formExists
	formInsert
	formUpdate
	formUpdateAll
	formDelete
	formDeleteAll
)

// one tells whether the form is about the row of one id.
func (f form) one() bool {
	return f == formGet || f == formExists || f == formUpdate || f == formDelete
}
