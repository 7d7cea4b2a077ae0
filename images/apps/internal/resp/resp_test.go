package resp

import (
	"context"
	"testing"

	"kubedrill.local/apps/internal/resp/resptest"
)

func TestCommandsAndTheirAnswers(t *testing.T) {
	conn, err := Dial(context.Background(), resptest.Start(t, "s3cret"), "s3cret")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for want := range int64(3) {
		if got, err := conn.Int("INCR", "pv"); err != nil || got != want+1 {
			t.Errorf("%d %v", got, err)
		}
	}
	if text, err := conn.Do("ECHO", "two\r\nlines"); err != nil || text != "two\r\nlines" {
		t.Errorf("%q %v", text, err)
	}
	if _, err := conn.Do("FLY"); err == nil || err.Error() != "redis: ERR unknown command 'FLY'" {
		t.Errorf("%v", err)
	}
}

func TestAWrongPasswordIsAnError(t *testing.T) {
	_, err := Dial(context.Background(), resptest.Start(t, "s3cret"), "guess")
	if err == nil || err.Error() != "redis: WRONGPASS invalid username-password pair or user is disabled." {
		t.Errorf("%v", err)
	}
}
