namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>The destinations of what waits in the application's own database.</summary>
internal sealed class SharedDestinations(IOutboxSessions sessions) : IOutboxDestinations
{
    public async ValueTask<IReadOnlyList<DestinationContents>> ReadAsync(CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        var rows = await CountAsync(session, session.Sql.Destinations.CountRows, cancellationToken).ConfigureAwait(false);
        var trials = await CountAsync(session, session.Sql.Destinations.CountTrials, cancellationToken).ConfigureAwait(false);
        return [.. rows.Keys.Union(trials.Keys).Order(StringComparer.Ordinal).Select(destination =>
            new DestinationContents(destination, rows.GetValueOrDefault(destination), trials.GetValueOrDefault(destination)))];
    }

    public async ValueTask<bool> TryRedirectAsync(DestinationContents seen, string destination, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        var sql = session.Sql.Destinations;
        return await TryAsync(session, sql.RedirectRows, sql.RedirectTrials, seen, [seen.Destination, destination], cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<bool> TryPurgeAsync(DestinationContents seen, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        var sql = session.Sql.Destinations;
        return await TryAsync(session, sql.PurgeRows, sql.PurgeTrials, seen, [seen.Destination], cancellationToken).ConfigureAwait(false);
    }

    // Other processes may write meanwhile: what was really changed is compared, and undone if it is not what was seen.
    private static async ValueTask<bool> TryAsync(
        OutboxSession session, string rows, string trials, DestinationContents seen, object?[] values, CancellationToken cancellationToken)
    {
        await session.BeginAsync(cancellationToken).ConfigureAwait(false);
        var isSeen = await session.ExecuteAsync(rows, cancellationToken, values).ConfigureAwait(false) == seen.Rows
            && await session.ExecuteAsync(trials, cancellationToken, values).ConfigureAwait(false) == seen.Trials;
        if (isSeen)
        {
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }

        return isSeen;
    }

    private static async ValueTask<Dictionary<string, long>> CountAsync(OutboxSession session, string sql, CancellationToken cancellationToken) =>
        (await session.ReadAsync(sql, reader => (reader.GetString(0), reader.GetInt64(1)), cancellationToken).ConfigureAwait(false))
        .ToDictionary(StringComparer.Ordinal);
}
