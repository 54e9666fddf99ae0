package queryset

import (
	"database/sql/driver"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// affinity is what SQLite tries to make of the values of a column, where its
// table is not STRICT. A column of PostgreSQL's has none.
type affinity uint8

const (
	affinityNone affinity = iota
	affinityInteger
	affinityText
	affinityBlob
	affinityReal
	affinityNumeric
)

// affinityOf follows section 3.1 of SQLite's "Datatypes": the first rule that
// fits the declared type, in capitals, decides.
func affinityOf(declared string) affinity {
	holds := func(part string) bool { return strings.Contains(declared, part) }
	switch {
	case holds("INT"):
		return affinityInteger
	case holds("CHAR"), holds("CLOB"), holds("TEXT"):
		return affinityText
	case holds("BLOB"), declared == "":
		return affinityBlob
	case holds("REAL"), holds("FLOA"), holds("DOUB"):
		return affinityReal
	}
	return affinityNumeric
}

// numberOf is the affinity of a column whose declared type, in capitals, means
// integers or floating point numbers, and none where a word merely holds such a
// name: an INTERVAL is of SQLite's integers, too, and takes text as any column.
func numberOf(declared string) affinity {
	switch a := affinityOf(declared); {
	case a == affinityInteger && integerWord.MatchString(declared), a == affinityReal && realWord.MatchString(declared):
		return a
	}
	return affinityNone
}

var (
	integerWord = regexp.MustCompile(`\bU?(TINY|SMALL|MEDIUM|BIG|LONG)?INT(EGER)?[0-9]*\b`)
	realWord    = regexp.MustCompile(`\b(REAL|FLOAT|DOUBLE)[0-9]*\b`)
)

// keeps tells whether v, as it is sent, becomes a number in a column of
// integers or of floating point numbers. SQLite stores the rest as it is, unless
// the table is STRICT, and every read of the row into a number fails from then
// on. NUMERIC is left alone: it is the affinity of DATETIME, too. What a
// time.Time is sent as is for its driver to know.
func (a affinity) keeps(v any) bool {
	if a != affinityInteger && a != affinityReal {
		return true
	}
	sent, err := driver.DefaultParameterConverter.ConvertValue(v)
	if err != nil {
		return true // database/sql says it again
	}
	switch sent := sent.(type) {
	case string:
		return a.keepsText(strings.Trim(sent, " \t\n\v\f\r"))
	case []byte:
		return sent == nil // else a BLOB, which is never converted
	case float64:
		return a == affinityReal || isWhole(sent)
	}
	return true
}

func (a affinity) keepsText(text string) bool {
	if _, err := strconv.ParseInt(text, 10, 64); err == nil {
		return true
	}
	if strings.Trim(text, "0123456789+-.eE") != "" {
		return false // such as Inf and 0x7, which Go reads
	}
	f, err := strconv.ParseFloat(text, 64)
	return err == nil && (a == affinityReal || isWhole(f))
}

// isWhole tells whether f is an integer, and cannot stand for its neighbour.
func isWhole(f float64) bool { return f == math.Trunc(f) && math.Abs(f) < exactFloats }
