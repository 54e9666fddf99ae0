package queryset

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/buildkey/buildkey/internal/dbtest"
)

// TestAffinity: the table of section 3.1.1 of SQLite's "Datatypes", and what it
// says of the order of the rules.
func TestAffinity(t *testing.T) {
	t.Parallel()
	for want, declared := range map[affinity]string{
		affinityInteger: "INT,INTEGER,TINYINT,SMALLINT,MEDIUMINT,BIGINT,UNSIGNED BIG INT,INT2,INT8,CHARINT,FLOATING POINT",
		affinityText:    "CHARACTER(20),VARCHAR(255),VARYING CHARACTER(255),NCHAR(55),NATIVE CHARACTER(70),NVARCHAR(100),TEXT,CLOB,REALTEXT",
		affinityBlob:    "BLOB,,BLOBREAL",
		affinityReal:    "REAL,DOUBLE,DOUBLE PRECISION,FLOAT",
		affinityNumeric: "NUMERIC,BOOLEAN,DATE,DATETIME,STRING,UUID",
	} {
		for _, name := range strings.Split(declared, ",") {
			if got := affinityOf(name); got != want {
				t.Errorf("%q: %d, want %d", name, got, want)
			}
		}
	}
}

// TestNumberOf: a declared type stands for numbers by its words, and not by what a
// word happens to hold.
func TestNumberOf(t *testing.T) {
	t.Parallel()
	for want, declared := range map[affinity]string{
		affinityInteger: "INT,INTEGER,TINYINT,SMALLINT,MEDIUMINT,BIGINT,UNSIGNED BIG INT,INT2,INT4,INT8,INT32,INT64,UINT,LONGINT,INT(11),BIGINT UNSIGNED,INTEGER GENERATED ALWAYS",
		affinityReal:    "REAL,DOUBLE,DOUBLE PRECISION,FLOAT,FLOAT4,FLOAT8,REAL8,FLOAT(24)",
		affinityNone:    "INTERVAL,POINT,PRINT,MY_INT,FLOATING POINT,REAL POINT,TINTED,CHARINT,UNREAL,DOUBLET,VARCHAR(255),TEXT,BLOB,,NUMERIC,BOOLEAN,DATETIME,SERIAL",
	} {
		for _, name := range strings.Split(declared, ",") {
			if got := numberOf(name); got != want {
				t.Errorf("%q: %d, want %d", name, got, want)
			}
		}
	}
}

// FuzzKeepsWhatStrictKeeps: a text is kept where a STRICT table keeps it, and
// where a read as a number from one that is not STRICT gives the same. Only
// numbers that would lose digits, and a NUL byte, are refused beside.
func FuzzKeepsWhatStrictKeeps(f *testing.F) {
	for _, text := range []string{
		"7", "-7", "+7", "007", " 7 ", "\t\n\v\f\r7\r", "7\u00a0", "7\x00", "", " ", "+", "-", ".", "e", "big", "1,5", "1_000", "0x7", "0b1", "７",
		"7.0", "7.", ".5", "1.5", "1e3", "1E+3", "1e-3", "15e-1", "1e", "1e+", "--7", "7-", "7 7", "7e7.0", "1e15", "9007199254740992.0",
		"9223372036854775807", "-9223372036854775808", "9223372036854775808", "1e19", "1e308", "1e309", "1e999", "-1e999", "1e-999",
		"Inf", "-inf", "infinity", "NaN", "nan", "true", "1.7976931348623159e308", "00000000000000000000000000000000000007",
	} {
		f.Add(text)
	}
	db := dbtest.SQLite(f)
	db.MustExec("CREATE TABLE loose (i INTEGER, r REAL)")
	db.MustExec("CREATE TABLE strict (i INTEGER, r REAL) STRICT")
	f.Fuzz(func(t *testing.T, text string) {
		for a, column := range map[affinity]string{affinityInteger: "i", affinityReal: "r"} {
			var integer int64
			var float, exact float64
			loose := any(&integer)
			if a == affinityReal {
				loose = &float
			}
			const insert = "INSERT INTO %s (%s) VALUES (?) RETURNING %[2]s"
			strict := db.QueryRow(fmt.Sprintf(insert, "strict", column), text).Scan(&exact)
			read := db.QueryRow(fmt.Sprintf(insert, "loose", column), text).Scan(loose)
			lost := a == affinityInteger && math.Abs(exact) >= exactFloats || math.IsInf(exact, 0) || strings.Contains(text, "\x00")
			switch kept := a.keeps(text); {
			case kept && (strict != nil || read != nil || float64(integer)+float != exact):
				t.Errorf("%s keeps %q as %d or %g: %v, %v", column, text, integer, float, strict, read)
			case !kept && strict == nil && !lost:
				t.Errorf("%s refuses %q, which is %g", column, text, exact)
			}
		}
	})
}
