// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.examples.collector.cli.CollectorConfig.WhenFull;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CollectorOptionsTest {

    private static final String POSTGRES = "--db=jdbc:postgresql://h/d";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private CommandLineOutcome parse(String... args) {
        return CollectorOptions.parse(args, new PrintWriter(out), new PrintWriter(err));
    }

    private CollectorConfig config(String... args) {
        CommandLineOutcome outcome = parse(args);
        assertThat(err.toString()).isEmpty();
        assertThat(out.toString()).isEmpty();
        assertThat(outcome).isInstanceOf(CommandLineOutcome.Run.class);
        return ((CommandLineOutcome.Run) outcome).config();
    }

    private String error(String... args) {
        assertThat(parse(args)).isEqualTo(new CommandLineOutcome.Exit(2));
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).as("one line").matches("[^\\r\\n]+\\R");
        return err.toString().strip();
    }

    @Test
    void withoutOptionsTheDefaultsHold() {
        CollectorConfig config = config();
        assertThat(config.bind().isLoopbackAddress()).isTrue();
        assertThat(config.udpPort()).isEqualTo(5514);
        assertThat(config.tcpPort()).isEqualTo(5514);
        assertThat(config.httpPort()).isEqualTo(9464);
        assertThat(config.db()).isEqualTo("jdbc:sqlite:collector.db");
        assertThat(config.throwAwayDb()).isFalse();
        assertThat(config.capacity()).isEqualTo(40_000);
        assertThat(config.maxMemoryBytes())
                .isEqualTo(Math.min(256, Runtime.getRuntime().maxMemory() / (8 << 20)) << 20);
        assertThat(config.udpWhenFull()).isEqualTo(WhenFull.DROP_OLDEST);
        assertThat(config.batch()).isEqualTo(4_000);
        assertThat(config.linger()).isEqualTo(Duration.ofMillis(20));
        assertThat(config.writers()).isEqualTo(1);
        assertThat(config.idle()).isEqualTo(Duration.ofMinutes(5));
        assertThat(config.demo()).isEmpty();
        assertThat(config.notices()).isEmpty();
    }

    @Test
    void everyOptionIsTaken() {
        CollectorConfig config = config(
                "--udp",
                "1514",
                "--tcp=1601",
                "--bind",
                "0.0.0.0",
                "--http",
                "0",
                POSTGRES,
                "--capacity",
                "9000",
                "--max-memory",
                "7",
                "--udp-when-full",
                "block",
                "--batch",
                "3000",
                "--linger",
                "0",
                "--writers",
                "3",
                "--idle",
                "5");
        assertThat(config.udpPort()).isEqualTo(1514);
        assertThat(config.tcpPort()).isEqualTo(1601);
        assertThat(config.httpPort()).isZero();
        assertThat(config.bind().isAnyLocalAddress()).isTrue();
        assertThat(config.db()).isEqualTo("jdbc:postgresql://h/d");
        assertThat(config.capacity()).isEqualTo(9_000);
        assertThat(config.maxMemoryBytes()).isEqualTo(7L << 20);
        assertThat(config.udpWhenFull()).isEqualTo(WhenFull.BLOCK);
        assertThat(config.batch()).isEqualTo(3_000);
        assertThat(config.linger()).isZero();
        assertThat(config.writers()).isEqualTo(3);
        assertThat(config.idle()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void sqliteHasOneWriterAndTheUserIsTold() {
        CollectorConfig config = config("--writers", "4");
        assertThat(config.writers()).isEqualTo(1);
        assertThat(config.notices()).containsExactly("--writers 4: SQLite has one writer, so there is one.");
        assertThat(config("--writers", "1").notices()).isEmpty();
    }

    @Test
    void postgresHasTwoWritersUnlessToldOtherwise() {
        assertThat(config(POSTGRES).writers()).isEqualTo(2);
        assertThat(config(POSTGRES, "--writers=5").writers()).isEqualTo(5);
    }

    @Test
    void aBatchNobodyAskedForAdaptsToTheCapacity() {
        assertThat(config("--capacity", "1").batch()).isEqualTo(1);
        assertThat(config("--capacity", "1000").batch()).isEqualTo(500);
        assertThat(config("--capacity", "8000", POSTGRES).batch()).isEqualTo(2_000);
    }

    @Test
    void aBatchMayFillTheCapacity() {
        assertThat(config("--capacity", "1000", "--batch", "1000").batch()).isEqualTo(1_000);
    }

    @Test
    void theDemoTakesFreePortsAndAFileOfItsOwnUnlessTheyAreGiven() {
        CollectorConfig demo = config("--demo");
        assertThat(demo.demo()).hasValue(Duration.ofSeconds(15));
        assertThat(demo.throwAwayDb()).isTrue();
        assertThat(demo.udpPort() + demo.tcpPort() + demo.httpPort()).isZero();

        CollectorConfig given = config("--demo=3", "--http", "8080", POSTGRES);
        assertThat(given.demo()).hasValue(Duration.ofSeconds(3));
        assertThat(given.httpPort()).isEqualTo(8080);
        assertThat(given.throwAwayDb()).isFalse();

        CollectorConfig replaced = demo.withDb("jdbc:sqlite:/tmp/x.db");
        assertThat(replaced.db()).isEqualTo("jdbc:sqlite:/tmp/x.db");
        assertThat(replaced.throwAwayDb()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --capacity=0        | --capacity 0: allowed is a number of messages from 1 to 10,000,000
            --capacity=-5       | --capacity -5: allowed is a number of messages from 1 to 10,000,000
            --capacity=many     | --capacity many: not a whole number; allowed is a number of messages from 1 to 10,000,000
            --capacity=1.5      | --capacity 1.5: not a whole number; allowed is a number of messages from 1 to 10,000,000
            --capacity=１   | --capacity １: not a whole number; allowed is a number of messages from 1 to 10,000,000
            --capacity=١٢   | --capacity ١٢: not a whole number; allowed is a number of messages from 1 to 10,000,000
            --capacity=99999999999999999999 | --capacity 99999999999999999999: allowed is a number of messages from 1 to 10,000,000
            --capacity=         | --capacity '': not a whole number; allowed is a number of messages from 1 to 10,000,000
            --udp=65536         | --udp 65536: allowed is a port from 0 to 65,535
            --tcp=-1            | --tcp -1: allowed is a port from 0 to 65,535
            --http=web          | --http web: not a whole number; allowed is a port from 0 to 65,535
            --batch=0           | --batch 0: allowed is a number of messages from 1 to 100,000
            --batch=40001       | --batch 40001: larger than --capacity 40,000 allows; allowed is a number of messages from 1 to 40,000
            --linger=-1         | --linger -1: allowed is milliseconds from 0 to 60,000
            --writers=0         | --writers 0: allowed is a number from 1 to 64
            --writers=65        | --writers 65: allowed is a number from 1 to 64
            --idle=0            | --idle 0: allowed is seconds from 1 to 86,400
            --demo=0            | --demo 0: allowed is seconds from 1 to 3,600
            --demo=soon         | --demo soon: not a whole number; allowed is seconds from 1 to 3,600
            --udp-when-full=cry | --udp-when-full cry: allowed are drop-oldest, reject and block
            --udp-when-full=dropoldest | --udp-when-full dropoldest: allowed are drop-oldest, reject and block; did you mean drop-oldest?
            --db=sqlite:x.db    | --db sqlite:x.db: no database the collector can write to; did you mean jdbc:sqlite:x.db? allowed: jdbc:sqlite:FILE and jdbc:postgresql://HOST:PORT/DATABASE
            --db=x.db           | --db x.db: no database the collector can write to; did you mean jdbc:sqlite:x.db? allowed: jdbc:sqlite:FILE and jdbc:postgresql://HOST:PORT/DATABASE
            --db=postgres://h/d?password=s3cret | --db postgres://h/d?password=***: no database the collector can write to; did you mean jdbc:postgresql://h/d?password=***? allowed: jdbc:sqlite:FILE and jdbc:postgresql://HOST:PORT/DATABASE
            --db=jdbc:mysql://h?password=x | --db jdbc:mysql://h?password=***: no database the collector can write to; allowed: jdbc:sqlite:FILE and jdbc:postgresql://HOST:PORT/DATABASE
            --db=jdbc:sqlite::memory:  | --db jdbc:sqlite::memory:: names no file, and what is received must last; allowed: jdbc:sqlite:FILE
            --db=jdbc:sqlite:file::memory:  | --db jdbc:sqlite:file::memory:: names no file, and what is received must last; allowed: jdbc:sqlite:FILE
            --db=jdbc:sqlite:file:?cache=shared | --db jdbc:sqlite:file:?cache=shared: names no file, and what is received must last; allowed: jdbc:sqlite:FILE
            --tcp=9464          | --tcp 9464: the port of --http too; allowed is a port of its own
            --http=5514         | --tcp 5514: the port of --http too; allowed is a port of its own
            @/no/file           | cannot read /no/file: no such file; allowed is @FILE, a file with options
            @/                  | cannot read /: a directory; allowed is @FILE, a file with options
            --frobnicate        | --frobnicate: no such option; allowed are those that --help lists
            --capcity=5         | --capcity: no such option; did you mean --capacity? Allowed are those that --help lists
            --tcp-prot=5        | --tcp-prot: no such option; did you mean --tcp? Allowed are those that --help lists
            --udp-when-ful1=5   | --udp-when-ful1: no such option; did you mean --udp-when-full? Allowed are those that --help lists
            --db=               | --db: its value is missing; allowed is --db JDBC_URL
            -capacity=5         | -capacity: no such option; did you mean --capacity? Allowed are those that --help lists
            capacity=5          | capacity: no such option; did you mean --capacity? Allowed are those that --help lists
            --max-mem=5         | --max-mem: no such option; did you mean --max-memory? Allowed are those that --help lists
            --HTPT=5            | --HTPT: no such option; did you mean --http? Allowed are those that --help lists
            --url=jdbc:postgresql://h/d?password=s3cret | --url: no such option; allowed are those that --help lists
            JDBC:postgresql://u:s3cret@h/d | JDBC:postgresql://u:***@h/d: no such option; did you mean it for --db? Allowed are those that --help lists
            postgresql://u:s3cret@h/d | postgresql://u:***@h/d: no such option; did you mean it for --db? Allowed are those that --help lists
            jdbc:postgresql://h/d?password=s3cret | jdbc:postgresql://h/d?password=***: no such option; did you mean it for --db? Allowed are those that --help lists
            stray               | stray: no such option; allowed are those that --help lists
            --capacity          | --capacity: its value is missing; allowed is --capacity N
            --max-memory=0      | --max-memory 0: allowed is MiB (up to half of the heap, see -Xmx) from 1 to HALF
            --bind=             | --bind '': no address of this machine is called that; allowed are an IP address or a host name, 0.0.0.0 for all addresses
            """)
    void aBadValueIsAnErrorThatNamesOptionValueAndWhatIsAllowed(String argument, String expected) {
        String half = Values.shown(Runtime.getRuntime().maxMemory() / (2 << 20));
        assertThat(error(argument)).isEqualTo(expected.replace("HALF", half));
    }

    @Test
    void optionsMayBeInAFile(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("options"), "--capacity 0");
        assertThat(error("@" + file)).startsWith("--capacity 0: allowed is");
    }

    @Test
    void aNegativeNumberAfterABlankIsAValueAndNoOption() {
        assertThat(error("--capacity", "-1")).startsWith("--capacity -1: allowed is");
    }

    @Test
    void udpMayShareItsPortWithAnyAndFreePortsAreNeverTheSame() {
        assertThat(config("--udp", "9464").udpPort()).isEqualTo(9464);
        assertThat(config("--tcp", "0", "--http", "0").tcpPort()).isZero();
    }

    /** It must not count for once, and silently reset others of its kind. */
    @ParameterizedTest
    @CsvSource({
        "--udp, 1, 2",
        "--tcp, 1, 2",
        "--bind, 127.0.0.1, 127.0.0.2",
        "--idle, 1, 2",
        "--capacity, 1, 2",
        "--max-memory, 1, 2",
        "--udp-when-full, block, reject",
        "--db, jdbc:sqlite:a, jdbc:sqlite:b",
        "--batch, 10, 20",
        "--linger, 1, 2",
        "--writers, 1, 2",
        "--http, 1, 2",
        "--demo, 1, 2"
    })
    void anOptionGivenTwiceIsAnError(String option, String first, String second) {
        assertThat(error(option, first, option, second)).isEqualTo(option + ": given twice; allowed is once");
    }

    @Test
    void aBatchForEachWriterMustFitIntoTheCapacity() {
        assertThat(error("--capacity", "1000", "--batch", "600", "--writers", "2", POSTGRES))
                .isEqualTo("--batch 600: larger than --capacity 1,000 shared by --writers 2 allows;"
                        + " allowed is a number of messages from 1 to 500");
    }

    @Test
    void aCapacitySmallerThanTheWritersIsAnError() {
        assertThat(error("--capacity", "3", "--writers", "4", POSTGRES)).startsWith("--capacity 3: too small");
    }

    @Test
    void anOptionWhereAValueIsMissingSaysSo() {
        assertThat(error("--db", "--demo")).isEqualTo("--db: its value is missing; allowed is --db JDBC_URL");
    }

    @Test
    void helpListsEveryOptionWithItsDefault() {
        assertThat(parse("-h")).isEqualTo(new CommandLineOutcome.Exit(0));
        String brief = out.toString();
        out.getBuffer().setLength(0);
        assertThat(parse("--help")).isEqualTo(new CommandLineOutcome.Exit(0));
        assertThat(err.toString()).isEmpty();
        assertThat(out.toString()).isEqualTo(brief).contains("-h, --help", "collector: ready");
        assertThat(out.toString())
                .contains("--udp", "--tcp", "--bind", "--http", "--db", "--capacity", "--max-memory")
                .contains("--udp-when-full", "--batch", "--linger", "--writers", "--idle", "--demo", "--version")
                .contains("jdbc:sqlite:collector.db", "Default: 5514", "Default: 9464", "127.0.0.1", "Examples:")
                .doesNotContain("null");
        assertThat(out.toString()
                        .lines()
                        .filter(line -> line.matches("\\S.*:") || line.matches(" {6}--.*"))
                        .map(line -> line.strip().replaceAll("[ =\\[].*", "")))
                .as("each kind under its heading")
                .startsWith("In:", "--udp", "--tcp", "--bind", "--idle")
                .containsSequence("Buffer:", "--capacity", "--max-memory", "--udp-when-full")
                .containsSequence("Out:", "--db", "--batch", "--linger", "--writers")
                .containsSequence("Watching", "--http", "--demo");
    }

    @Test
    void versionIsOneLine() {
        assertThat(parse("--version")).isEqualTo(new CommandLineOutcome.Exit(0));
        assertThat(out.toString()).startsWith("Esclusa collector ");
    }
}
