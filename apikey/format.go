package apikey

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"unsafe"

	"github.com/google/uuid"
)

// DefaultPrefix stands before keys whose operator chose no other.
const DefaultPrefix = "bk"

// The widths of the parts behind "<prefix>_": 62^22 > 2^128, 62^43 > 2^256 and
// 62^6 > 2^32.
const (
	idWidth     = 22
	secretWidth = 43
	checkWidth  = 6
	bodyWidth   = idWidth + secretWidth + checkWidth
)

// Format makes and reads keys of one prefix:
//
//	<prefix>_<22 id><43 secret><6 check>
//
// with the key's UUID, 256 random bits and the CRC-32 (IEEE) of all that stands
// before it, each in base62 (0-9A-Za-z) without a separator, so that a double
// click selects it all. The check is for typos, scanners and floods of garbage;
// anyone can compute it. The zero Format has no prefix and reads nothing; make
// one with [NewFormat].
type Format struct{ head string }

// NewFormat returns the format of a prefix of 2 to 12 of a-z0-9; "" is
// [DefaultPrefix]. Any other prefix is an error.
func NewFormat(prefix string) (Format, error) {
	if prefix == "" {
		prefix = DefaultPrefix
	}
	if len(prefix) < 2 || len(prefix) > 12 || strings.Trim(prefix, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		return Format{}, fmt.Errorf("apikey: prefix %q is not 2 to 12 of a-z and 0-9", prefix)
	}
	return Format{prefix + "_"}, nil
}

// HandleFormat returns the format of handles, which stand in for a key for a
// while: the same, with an h after the prefix. What one of the two formats makes,
// the other refuses.
func (f Format) HandleFormat() Format {
	if f.head == "" {
		return f
	}
	return Format{f.head[:len(f.head)-1] + "h_"}
}

// Mint draws 256 bits from random and returns a new key for id. Its only error is
// random's.
func (f Format) Mint(id uuid.UUID, random io.Reader) (Secret, error) {
	var bits [32]byte
	if _, err := io.ReadFull(random, bits[:]); err != nil {
		return Secret{}, fmt.Errorf("apikey: the random source failed: %w", err)
	}
	b := make([]byte, 0, len(f.head)+bodyWidth)
	b = append(b, f.head...)
	b = appendBase62(b, id[:], idWidth)
	b = appendBase62(b, bits[:], secretWidth)
	return NewSecret(string(appendCheck(b))), nil
}

// Parse takes a presented key apart: its id, and the 43 characters whose
// SHA-256 a store keeps, a substring of raw. A string without the shape, the
// prefix or the check of this format is [ErrMalformed]. It allocates nothing.
func (f Format) Parse(raw string) (id uuid.UUID, secret string, err error) {
	if len(f.head) == 0 || len(raw) != len(f.head)+bodyWidth || raw[:len(f.head)] != f.head {
		return uuid.Nil, "", ErrMalformed
	}
	at := len(raw) - checkWidth
	body, check := raw[len(f.head):at], raw[at:]
	hi, lo, ok := parse128(body[:idWidth])
	_, sum, ok2 := parse128(check)
	if !ok || !ok2 || !isBase62(body[idWidth:]) || sum != uint64(crc32Of(raw[:at])) {
		return uuid.Nil, "", ErrMalformed
	}
	binary.BigEndian.PutUint64(id[:8], hi)
	binary.BigEndian.PutUint64(id[8:], lo)
	return id, body[idWidth:], nil
}

func appendCheck(b []byte) []byte {
	sum := binary.BigEndian.AppendUint32(nil, crc32Of(string(b)))
	return appendBase62(b, sum, checkWidth)
}

// crc32Of reads the string where it stands, since package crc32 would make a copy
// of it on the heap. crc32 does not write.
func crc32Of(text string) uint32 {
	return crc32.ChecksumIEEE(unsafe.Slice(unsafe.StringData(text), len(text)))
}
