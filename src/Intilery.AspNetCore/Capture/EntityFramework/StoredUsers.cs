using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Diagnostics;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Reads users by their ids from the application's tables.</summary>
internal sealed class StoredUsers(StoredRows rows, StoredRoles roles, IOptionsMonitor<IntileryOptions> options) : IStoredPeople
{
    private const int BatchSize = 500;

    private IReadOnlyList<StoredTable>? _tables;

    /// <summary>
    /// Returns the users who have a row, each with the reason for which it is left out; <see langword="null"/> if it is not.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, (StoredUser User, string? LeftOutFor)>> FindAsync(
        IReadOnlyList<StoredTable> tables, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        var current = options.CurrentValue;
        var users = new Dictionary<string, (StoredUser User, string? LeftOutFor)>(StringComparer.Ordinal);
        foreach (var batch in ids.Chunk(BatchSize))
        {
            await rows.FindAsync<UserWatch, StoredUser>(
                tables,
                watch => watch.Key,
                batch,
                (watch, entry) => watch.Read(entry, current),
                user => users[user.Id] = (user, user.LeftOutFor),
                cancellationToken).ConfigureAwait(false);
        }

        foreach (var id in await roles.FindAsync(users.Keys, [.. current.Exclude.Roles], cancellationToken).ConfigureAwait(false))
        {
            users[id] = (users[id].User, Reasons.Excluded);
        }

        return users;
    }

    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<string, StoredPerson>> FindPeopleAsync(
        IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        // Tenants' databases may have different users of one id, and there may be many of them.
        if (rows.HasTenants)
        {
            return new Dictionary<string, StoredPerson>();
        }

        var users = await FindAsync(
            await TablesAsync(cancellationToken).ConfigureAwait(false), ids, cancellationToken).ConfigureAwait(false);
        return users.Where(user => user.Value.LeftOutFor is null or Reasons.Excluded).ToDictionary(
            user => user.Key,
            user => new StoredPerson(user.Value.User.Profile, user.Value.User.IsExcluded || user.Value.LeftOutFor is not null),
            StringComparer.Ordinal);
    }

    private async Task<IReadOnlyList<StoredTable>> TablesAsync(CancellationToken cancellationToken)
    {
        if (_tables is { } known)
        {
            return known;
        }

        var (tables, unread) = await rows.TablesAsync<UserWatch>(cancellationToken).ConfigureAwait(false);
        if (unread.Count == 0)
        {
            _tables = tables;
        }

        return tables;
    }
}
