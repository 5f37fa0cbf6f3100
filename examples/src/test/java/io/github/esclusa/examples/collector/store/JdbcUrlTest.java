// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class JdbcUrlTest {

    @Test
    void passwordsAreNeverShown() {
        assertThat(JdbcUrl.redacted("jdbc:postgresql://h/d?user=u&password=s3cret&sslpassword=t0p&ssl=true"))
                .isEqualTo("jdbc:postgresql://h/d?user=u&password=***&sslpassword=***&ssl=true");
        assertThat(JdbcUrl.redacted("jdbc:postgresql://u:s3cret@h/d")).isEqualTo("jdbc:postgresql://u:***@h/d");
        assertThat(JdbcUrl.redacted("jdbc:sqlite:collector.db")).isEqualTo("jdbc:sqlite:collector.db");
    }

    @Test
    void aPasswordMayHoldWhateverItsDriverTakesForAPartOfIt() {
        assertThat(JdbcUrl.redacted("jdbc:postgresql://h/d?password=s3;cret&user=u"))
                .isEqualTo("jdbc:postgresql://h/d?password=***&user=u");
        assertThat(JdbcUrl.redacted("jdbc:postgresql://h/d?user=u&password=s3=c;r?e/t"))
                .isEqualTo("jdbc:postgresql://h/d?user=u&password=***");
        assertThat(JdbcUrl.redacted("jdbc:sqlserver://h;user=u;password=s3cret;encrypt=true"))
                .isEqualTo("jdbc:sqlserver://h;user=u;password=***");
    }

    @Test
    void anotherDatabaseIsRefusedByNamingWhatIsAllowed() {
        assertThatThrownBy(() -> Dialect.of("jdbc:mysql://h/d?password=s3cret"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--db jdbc:mysql://h/d?password=***: no database the collector can write to;"
                        + " allowed: jdbc:sqlite:FILE and jdbc:postgresql://HOST:PORT/DATABASE");
    }

    @Test
    void aUrlThatTheDriverCannotReadIsRefusedWithoutItsPassword() {
        assertThatThrownBy(() -> Dialect.of("jdbc:postgresql://u:s3cret@h/d"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("--db jdbc:postgresql://u:***@h/d: not a URL that PostgreSQL's driver can read")
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void whatADriverQuotesOfTheUrlIsShownWithoutItsPassword() {
        Dialect dialect = Dialect.of("jdbc:postgresql://h/d?user=u&password=s3cret");
        StoreException failure = Store.failure(
                dialect, "open the database", new SQLException("No suitable driver found for " + dialect.url()));
        assertThat(failure)
                .hasMessageContaining("No suitable driver found for jdbc:postgresql://h/d?user=u&password=***;")
                .hasMessageNotContaining("s3cret");
    }
}
