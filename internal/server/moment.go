package server

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"
)

// moment is a point in time, in microseconds since the epoch: BIGINT in the
// database, RFC 3339 in UTC in JSON. Its pointer is nil, NULL and null for what
// has not happened.
type moment int64

func momentOf(t time.Time) moment { return moment(t.UnixMicro()) }

func (m moment) time() time.Time { return time.UnixMicro(int64(m)).UTC() }

// MarshalJSON writes RFC 3339 with as many digits as needed.
func (m moment) MarshalJSON() ([]byte, error) {
	return json.Marshal(m.time().Format(time.RFC3339Nano))
}

// Value is the number of microseconds.
func (m moment) Value() (driver.Value, error) { return int64(m), nil }

// Scan reads the number of microseconds.
func (m *moment) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("server: a time in the database is %T and no integer", src)
	}
	*m = moment(n)
	return nil
}
