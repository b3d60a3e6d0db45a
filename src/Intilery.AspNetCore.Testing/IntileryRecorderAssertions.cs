namespace Intilery.AspNetCore.Testing;

/// <summary>Assertions on what a recorder has seen so far. They throw plain exceptions, whatever the test framework is.</summary>
public static class IntileryRecorderAssertions
{
    /// <summary>Asserts that exactly one event of this name is recorded.</summary>
    /// <param name="recorder">The recorder.</param>
    /// <param name="name">The event's name, for example <c>Signed Up</c>, or <c>identify</c>.</param>
    /// <param name="userId">Whose event; <see langword="null"/>, the default, for any user's.</param>
    /// <returns>The event.</returns>
    /// <exception cref="IntileryAssertionException">There is none, or there are several.</exception>
    public static RecordedEvent AssertSingle(this IntileryRecorder recorder, string name, string? userId = null)
    {
        ArgumentNullException.ThrowIfNull(recorder);
        var found = Find(recorder, name, userId);
        return found.Count == 1
            ? found[0]
            : throw new IntileryAssertionException($"Expected one '{name}'{Whose(userId)}, but found {found.Count}. {recorder.Describe()}");
    }

    /// <summary>Asserts that nothing is recorded, or nothing of this name.</summary>
    /// <param name="recorder">The recorder.</param>
    /// <param name="name">The event's name; <see langword="null"/>, the default, for anything at all.</param>
    /// <param name="userId">Whose event; <see langword="null"/>, the default, for any user's.</param>
    /// <exception cref="IntileryAssertionException">There is one.</exception>
    public static void AssertNone(this IntileryRecorder recorder, string? name = null, string? userId = null)
    {
        ArgumentNullException.ThrowIfNull(recorder);
        if (Find(recorder, name, userId) is { Count: > 0 } found)
        {
            throw new IntileryAssertionException(
                $"Expected no {(name is null ? "event" : $"'{name}'")}{Whose(userId)}, but found {found.Count}. {recorder.Describe()}");
        }
    }

    /// <summary>Asserts that these events, and no others, are recorded for a user, in this order.</summary>
    /// <param name="recorder">The recorder.</param>
    /// <param name="userId">The user.</param>
    /// <param name="names">The events' names, <c>identify</c> among them.</param>
    /// <exception cref="IntileryAssertionException">There are others, or they are in another order.</exception>
    public static void AssertSequence(this IntileryRecorder recorder, string userId, params IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(recorder);
        ArgumentException.ThrowIfNullOrEmpty(userId);
        var found = Find(recorder, null, userId).Select(recorded => recorded.Name).ToList();
        if (!found.SequenceEqual(names, StringComparer.Ordinal))
        {
            throw new IntileryAssertionException(
                $"Expected [{string.Join(", ", names)}]{Whose(userId)}, but found [{string.Join(", ", found)}]. {recorder.Describe()}");
        }
    }

    /// <summary>
    /// Asserts that everything recorded keeps to Intilery's B2B SaaS specification: each of its events has its own properties and no
    /// others, of the right types, with dates in ISO-8601, for a named user. Events of other names are the application's own, and
    /// need a user or a browser only.
    /// </summary>
    /// <param name="recorder">The recorder.</param>
    /// <param name="customProperties">Properties that the application's enrichers add on purpose.</param>
    /// <exception cref="IntileryAssertionException">Something does not; the message lists everything that does not.</exception>
    public static void AssertConformsToSpecification(this IntileryRecorder recorder, params IReadOnlyCollection<string> customProperties)
    {
        ArgumentNullException.ThrowIfNull(recorder);
        var faults = recorder.Events.SelectMany(recorded => Specification.FaultsOf(recorded, customProperties)).ToList();
        if (faults.Count > 0)
        {
            throw new IntileryAssertionException(
                $"These events do not conform to the specification:{string.Concat(faults.Select(fault => Environment.NewLine + "  " + fault))}{Environment.NewLine}{recorder.Describe()}");
        }
    }

    /// <summary>
    /// Asserts that the application captures these events: each was captured, or will be when it happens. Call it once the application has
    /// started.
    /// </summary>
    /// <param name="recorder">The recorder, from an application's services.</param>
    /// <param name="names">The events' names; <see cref="LifecycleEventNames.All"/> for all ten.</param>
    /// <param name="cancellationToken">Gives up looking.</param>
    /// <returns>The coverage report.</returns>
    /// <exception cref="IntileryAssertionException">
    /// Some are not captured; the message has the reason, and gives the line of code that would do it.
    /// </exception>
    /// <exception cref="ArgumentException">A name is none of the specification's.</exception>
    public static async Task<CoverageReport> AssertCoveredAsync(
        this IntileryRecorder recorder, IReadOnlyCollection<string> names, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(recorder);
        ArgumentNullException.ThrowIfNull(names);
        if (names.Except(LifecycleEventNames.All).ToList() is { Count: > 0 } unknown)
        {
            throw new ArgumentException($"Not an event of the specification: {string.Join(", ", unknown)}.", nameof(names));
        }

        var report = await recorder.ReportAsync(cancellationToken).ConfigureAwait(false);
        var missing = report.Events.Where(
            line => names.Contains(line.EventName) && line.Status is (CoverageStatus.Missing or CoverageStatus.Impossible)).ToList();
        return missing.Count == 0
            ? report
            : throw new IntileryAssertionException(
                "Not captured:"
                    + string.Concat(
                        missing.Select(line => $"{Environment.NewLine}  {line.EventName}: {line.Reason} {line.Fix}".TrimEnd())));
    }

    private static List<RecordedEvent> Find(IntileryRecorder recorder, string? name, string? userId) =>
        [.. recorder.Events.Where(recorded => (name is null || recorded.Name == name) && (userId is null || recorded.UserId == userId))];

    private static string Whose(string? userId) => userId is null ? string.Empty : $" of user {userId}";
}
