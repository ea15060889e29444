package io.azescape.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The role of this copy of a job, as az-escape tells it: a file with the word {@code active} or {@code twin}, mounted
 * from key {@code role} of the ConfigMap {@code <job>-role}. It may change while the job runs; no restart is needed.
 *
 * <p>What is read when:
 *
 * <ul>
 *   <li><b>No file at the start: active.</b> Most jobs have no second copy and no such ConfigMap, and a job that stays
 *       silent because nobody told it to speak loses its output unnoticed. A twin does not depend on this default:
 *       az-escape writes {@code twin} into the ConfigMap of its zone before it starts a twin there. So that ConfigMap
 *       must stay as long as the twin runs; with {@code optional: false} on the volume Kubernetes makes sure of it at
 *       every start of a pod.
 *   <li><b>File gone or unreadable later, or another word in it:</b> the last role that was read stays. A fault of the
 *       mount must not turn a silent copy into a second writer.
 *   <li><b>Another word at the start:</b> an error; the job does not run with a role nobody chose.
 * </ul>
 */
final class RoleFile {

  enum Role {
    ACTIVE,
    TWIN
  }

  static final String DEFAULT_PATH = "/etc/az-escape/role/role";

  private static final Logger LOG = LoggerFactory.getLogger(RoleFile.class);
  /** The file is a few bytes on a memory file system; this bounds the cost per record, not the one per reading. */
  private static final long REREAD_AFTER_NANOS = 500_000_000L;

  private final Path path;
  private volatile Role role;
  private volatile long readAtNanos;

  /**
   * Reads the file for the first time.
   *
   * @throws IOException when there is a file but no role can be read from it
   */
  RoleFile(Path path) throws IOException {
    this.path = path;
    Role read;
    try {
      read = read();
    } catch (NoSuchFileException missing) {
      read = Role.ACTIVE;
    }
    role = read;
    readAtNanos = System.nanoTime();
    LOG.info("role {} from {}", role, path);
  }

  /** The role now, at most half a second old. Cheap enough for every record; any thread may ask. */
  Role current() {
    long now = System.nanoTime();
    if (now - readAtNanos >= REREAD_AFTER_NANOS) {
      readAtNanos = now;
      reread();
    }
    return role;
  }

  private void reread() {
    try {
      Role read = read();
      if (read != role) {
        LOG.info("role changes from {} to {}", role, read);
        role = read;
      }
    } catch (IOException unreadable) {
      LOG.debug("role stays {}: {}", role, unreadable.toString());
    }
  }

  private Role read() throws IOException {
    String word = Files.readString(path).strip();
    return switch (word) {
      case "active" -> Role.ACTIVE;
      case "twin" -> Role.TWIN;
      default ->
          throw new IOException(path + " holds '" + word + "', which is no role: write active or twin.");
    };
  }
}
