package queryset

import (
	"database/sql/driver"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/buildkey/buildkey/apikey"
)

// canonicalID gives the value to send for an id that is text, or false where
// no row can have it: an integer has no sign games, no leading zeros and is in
// the column's range; a UUID is its 36-byte form, in any case; text is any that
// both databases can hold.
func canonicalID(k kind, text string) (any, bool) {
	switch k {
	case kindInt16:
		return canonicalInt(text, math.MinInt16, math.MaxInt16)
	case kindInt32:
		return canonicalInt(text, math.MinInt32, math.MaxInt32)
	case kindInt64:
		return canonicalInt(text, math.MinInt64, math.MaxInt64)
	case kindUUID:
		return canonicalUUID(text)
	case kindText:
		return canonicalText(text)
	}
	return nil, false
}

func canonicalText(text string) (any, bool) {
	if text == "" || !utf8.ValidString(text) || strings.Contains(text, "\x00") {
		return nil, false
	}
	return text, true
}

func canonicalInt(text string, least, most int64) (any, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < least || n > most || len(text) > 20 {
		return nil, false
	}
	var buf [20]byte
	if string(strconv.AppendInt(buf[:0], n, 10)) != text {
		return nil, false
	}
	return n, true
}

func canonicalUUID(text string) (any, bool) {
	if len(text) != 36 {
		return nil, false
	}
	for i := range len(text) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if c := text[i]; dash != (c == '-') || !dash && !isHex(c) {
			return nil, false
		}
	}
	return strings.ToLower(text), true
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// idText is the text of an id that a caller gave: an integer, also as a float, a
// string, an apikey.ID, a uuid.UUID, anything else that is a driver.Valuer or a
// Stringer. It is false for NULL, nil and what can be no id.
func idText(id any) (string, bool) {
	switch v := id.(type) {
	case int:
		return strconv.Itoa(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case string:
		return v, true
	case apikey.ID:
		return string(v), true
	case float64:
		return floatID(v)
	case nil, []byte, bool:
		return "", false
	}
	return reflectedID(reflect.ValueOf(id))
}

func reflectedID(v reflect.Value) (string, bool) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return "", false
		}
		if _, ok := v.Interface().(driver.Valuer); !ok {
			return idText(v.Elem().Interface())
		}
	}
	switch id := v.Interface().(type) {
	case driver.Valuer:
		plain, err := id.Value()
		if _, again := plain.(driver.Valuer); again || err != nil {
			return "", false
		}
		return idText(plain)
	case fmt.Stringer:
		if v.Kind() != reflect.String && !v.CanInt() && !v.CanUint() {
			return id.String(), true
		}
	}
	return plainID(v)
}

func plainID(v reflect.Value) (string, bool) {
	switch {
	case v.CanInt():
		return strconv.FormatInt(v.Int(), 10), true
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10), true
	case v.CanFloat():
		return floatID(v.Float())
	case v.Kind() == reflect.String:
		return v.String(), true
	}
	return "", false
}

// floatID is a number as JSON is decoded to, unless it may stand for its
// neighbour: 9007199254740993 is 2^53 as a float64.
func floatID(f float64) (string, bool) {
	if !isWhole(f) {
		return "", false
	}
	return strconv.FormatInt(int64(f), 10), true
}

// isNull tells whether v is written as NULL.
func isNull(v any) bool {
	if v == nil {
		return true
	}
	if r := reflect.ValueOf(v); r.Kind() == reflect.Pointer && r.IsNil() {
		return true
	}
	if valuer, ok := v.(driver.Valuer); ok {
		plain, err := valuer.Value()
		return err == nil && plain == nil
	}
	return false
}

// returnedID is the text of an id that the database gave back.
func returnedID(v any) apikey.ID {
	switch id := v.(type) {
	case int64:
		return apikey.ID(strconv.FormatInt(id, 10))
	case []byte:
		return apikey.ID(id)
	case string:
		return apikey.ID(id)
	}
	return apikey.ID(fmt.Sprint(v))
}
