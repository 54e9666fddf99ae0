package queryset

import (
	"strings"

	"github.com/buildkey/buildkey/internal/dialect"
)

// kind is the type of a column, as far as ids go.
type kind uint8

const (
	kindOther kind = iota // no type of an id
	kindInt16
	kindInt32
	kindInt64
	kindUUID
	kindText
)

// String is the kind in words, for errors and Explain.
func (k kind) String() string {
	switch k {
	case kindInt16, kindInt32, kindInt64:
		return "integer"
	case kindUUID:
		return "uuid"
	case kindText:
		return "text"
	}
	return "other"
}

func (k kind) integer() bool { return k == kindInt16 || k == kindInt32 || k == kindInt64 }

// column is one column as the database's catalog tells of it.
type column struct {
	name    string
	sqlType string // to cast to, on PostgreSQL
	kind    kind
	// loose: the database may call values equal that differ in a byte, by
	// collation or padding.
	loose bool
	bytes bool // bytea, BLOB: stays []byte in a map
	list  bool // an array, on PostgreSQL

	affinity affinity // of numbers, on SQLite
}

// kindOf reads the name of a base type, or SQLite's declared type.
func kindOf(d dialect.Dialect, name string) kind {
	if d == dialect.SQLite {
		return kindOfSQLite(strings.ToUpper(name))
	}
	switch name {
	case "int2":
		return kindInt16
	case "int4":
		return kindInt32
	case "int8":
		return kindInt64
	case "uuid":
		return kindUUID
	case "text", "varchar", "bpchar", "citext":
		return kindText
	}
	return kindOther
}

// kindOfSQLite goes by affinity. A declared UUID holds text.
func kindOfSQLite(declared string) kind {
	switch affinityOf(declared) {
	case affinityInteger:
		return kindInt64
	case affinityText:
		return kindText
	}
	if declared == "UUID" {
		return kindUUID
	}
	return kindOther
}

// looseOnPostgres: bpchar pads, citext folds; a collation may do anything when
// it is not deterministic.
func looseOnPostgres(name string, deterministic bool) bool {
	return name == "bpchar" || name == "citext" || !deterministic
}
