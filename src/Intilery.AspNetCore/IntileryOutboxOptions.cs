namespace Intilery.AspNetCore;

/// <summary>The section <c>Intilery:Outbox</c>: where events wait until Intilery has acknowledged them.</summary>
public sealed class IntileryOutboxOptions
{
    /// <summary>
    /// Gets or sets the folder of the embedded outbox, absolute or relative to the content root. Default: <see langword="null"/>,
    /// which is <c>App_Data/intilery</c> if that is writable and no network share, else a folder of this machine, else memory. A
    /// configured folder that cannot be used stops the start.
    /// </summary>
    public string? Path { get; set; }

    /// <summary>
    /// Gets or sets the folder, absolute or relative to the content root, in which the end of the process saves events that the outbox
    /// cannot take, because it is locked, full or away; the next start with that folder writes them to the outbox. They take at most
    /// <see cref="MaxBytes"/>. Default: <see langword="null"/>, which is <see cref="Path"/>, else the folder of the embedded outbox, else a
    /// temporary folder, which does not survive a new container: the log warns of that.
    /// </summary>
    public string? SpillPath { get; set; }

    /// <summary>
    /// Gets or sets how long a response waits at most for its events to be committed. After it they wait in memory and the
    /// response goes on. Default: 1 second; from 10 milliseconds to 1 minute.
    /// </summary>
    public TimeSpan CommitTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Gets or sets how many writes wait in memory while the outbox cannot be written. What comes over that is lost, counted and
    /// logged. Default: 10,000; at least 100.
    /// </summary>
    public int BufferCapacity { get; set; } = 10_000;

    /// <summary>
    /// Gets or sets how many bytes the file of the embedded outbox may grow to by what is recorded. While it is full, new events
    /// wait in memory, up to <see cref="BufferCapacity"/>; what comes over that is lost, counted as <c>outbox-full</c> and logged.
    /// Delivery makes room. Default: 1 GiB; from 16 MiB to 1 TiB.
    /// </summary>
    public long MaxBytes { get; set; } = 1L << 30;

    /// <summary>
    /// Gets or sets a value indicating whether each commit is forced to the disk, so that events survive a loss of power and not
    /// only the end of the process. Default: <see langword="false"/>; a commit then takes several times as long.
    /// </summary>
    public bool SyncEveryCommit { get; set; }

    /// <summary>
    /// Gets or sets a value indicating whether the JSON of what waits is protected by the application's Data Protection: events, changes,
    /// dead letters and spill files. User and account ids, event names and times are columns that the outbox searches, and are not. All
    /// processes need the same keys, and the keys must survive a restart: an event whose key is lost becomes a dead letter. Takes effect
    /// for what is recorded after the next start; what waits by then stays readable. Default: <see langword="false"/>; storing and reading
    /// an event then takes more than twice as long.
    /// </summary>
    public bool Protect { get; set; }

    /// <summary>
    /// Gets or sets a value indicating whether the application never runs in more than one process, but for the moment of a
    /// restart. Only then may the trial clock run on the embedded outbox outside Development; the application's own database as
    /// outbox does not need it. Default: <see langword="false"/>.
    /// </summary>
    public bool SingleInstance { get; set; }

    /// <summary>
    /// Gets or sets how long events that Intilery rejected are kept for <see cref="IIntileryOutbox"/>. Default: 30 days; from 1
    /// hour to 400 days.
    /// </summary>
    public TimeSpan DeadLetterRetention { get; set; } = TimeSpan.FromDays(30);
}
