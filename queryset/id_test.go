package queryset

import (
	"database/sql"
	"encoding/json"
	"math"
	"strconv"
	"testing"

	"github.com/google/uuid"

	"github.com/buildkey/buildkey/apikey"
)

func TestCanonicalID(t *testing.T) {
	t.Parallel()
	const id = "0A1b2c3d-0000-4000-8000-00000000000b"
	for _, row := range []struct {
		kind kind
		text string
		want any // nil: not canonical
	}{
		{kindInt64, "0", int64(0)}, {kindInt64, "42", int64(42)}, {kindInt64, "-5", int64(-5)},
		{kindInt64, "9223372036854775807", int64(9223372036854775807)}, {kindInt64, "9223372036854775808", nil},
		{kindInt64, "-9223372036854775808", int64(-9223372036854775808)}, {kindInt64, "-9223372036854775809", nil},
		{kindInt32, "2147483647", int64(2147483647)}, {kindInt32, "2147483648", nil}, {kindInt32, "-2147483649", nil},
		{kindInt16, "32767", int64(32767)}, {kindInt16, "32768", nil}, {kindInt16, "-32769", nil},
		{kindInt64, "", nil}, {kindInt64, "042", nil}, {kindInt64, "+42", nil}, {kindInt64, "-0", nil}, {kindInt64, " 42", nil},
		{kindInt64, "42 ", nil}, {kindInt64, "4_2", nil}, {kindInt64, "0x2a", nil}, {kindInt64, "4.0", nil}, {kindInt64, "1e3", nil},
		{kindInt64, "٤٢", nil}, {kindInt64, "42\x00", nil}, {kindInt64, "1 OR 1=1", nil},
		{kindUUID, id, "0a1b2c3d-0000-4000-8000-00000000000b"},
		{kindUUID, "{" + id + "}", nil}, {kindUUID, "urn:uuid:" + id, nil}, {kindUUID, "0a1b2c3d0000400080000000000000b0", nil},
		{kindUUID, id[:35], nil}, {kindUUID, id + "b", nil}, {kindUUID, "0a1b2c3d-0000-4000-8000_00000000000b", nil},
		{kindUUID, "0a1b2c3d-0000-4000-8000-00000000000g", nil}, {kindUUID, "", nil},
		{kindText, "a b", "a b"}, {kindText, " 42", " 42"}, {kindText, "é", "é"}, {kindText, "' OR '1'='1", "' OR '1'='1"},
		{kindText, "", nil}, {kindText, "a\x00", nil}, {kindText, "\xff", nil},
		{kindOther, "42", nil},
	} {
		if got, ok := canonicalID(row.kind, row.text); got != row.want || ok != (row.want != nil) {
			t.Errorf("%s %q: %v, %t; want %v", row.kind, row.text, got, ok, row.want)
		}
	}
}

type (
	named    int64
	real     float64
	slug     string
	speaking int64
	wrapped  struct{ n int }
	endless  struct{}
)

func (speaking) String() string  { return "build-7" }
func (w wrapped) String() string { return strconv.Itoa(w.n) }

func TestIDText(t *testing.T) {
	t.Parallel()
	id, seven := uuid.MustParse("0a1b2c3d-0000-4000-8000-00000000000b"), 7
	for _, row := range []struct {
		id   any
		want string // "": no id
	}{
		{7, "7"}, {int8(-7), "-7"}, {uint64(18446744073709551615), "18446744073709551615"}, {"7", "7"}, {apikey.ID("7"), "7"},
		{named(7), "7"}, {slug("x"), "x"}, {speaking(7), "7"}, {wrapped{7}, "7"}, {&seven, "7"}, {id, id.String()}, {&id, id.String()},
		{sql.NullInt64{Int64: 7, Valid: true}, "7"}, {sql.NullString{String: "x", Valid: true}, "x"}, {&sql.NullInt64{Int64: 7, Valid: true}, "7"},
		{nil, ""}, {sql.NullInt64{}, ""}, {(*int)(nil), ""}, {(*uuid.UUID)(nil), ""}, {true, ""},
		{7.0, "7"}, {float32(7), "7"}, {real(-7), "-7"}, {json.Number("7"), "7"}, {1.5, ""}, {float32(1.5), ""}, {math.NaN(), ""}, {math.Inf(1), ""},
		{9007199254740991.0, "9007199254740991"}, {-9007199254740991.0, "-9007199254740991"}, {1e300, ""},
		{9007199254740992.0, ""}, {-9007199254740992.0, ""}, {float32(9007199254740992), ""}, {json.Number("9007199254740993"), "9007199254740993"},
		{[]byte("7"), ""}, {[]int{7}, ""}, {endless{}, ""}, {map[string]any{}, ""}, {func() {}, ""},
	} {
		if got, ok := idText(row.id); got != row.want || ok != (row.want != "") {
			t.Errorf("%T %v: %q, %t; want %q", row.id, row.id, got, ok, row.want)
		}
	}
}
