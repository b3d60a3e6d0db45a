using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Intilery.AspNetCore.Capture.EntityFramework;
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Backfill;

/// <summary>What a row becomes.</summary>
/// <param name="Id">The user whom it is about.</param>
/// <param name="Fact">The fact of the row; <see langword="null"/> if the row is skipped.</param>
/// <param name="Content">The content of the row, to compare with another reading.</param>
internal sealed record BackfillItem(string Id, CapturedFact? Fact, string Content)
{
    /// <summary>Gets a check of the content, without a word of it.</summary>
    public string Check => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"{Id}\n{Content}")).AsSpan(0, 9));

    /// <summary>Gets the reason why the row is skipped.</summary>
    public string? LeftOutFor { get; init; }

    /// <summary>Gets a value indicating whether it is sent without an account, because several are stored.</summary>
    public bool IsAmbiguous { get; init; }
}

/// <summary>What is wanted of the rows.</summary>
/// <param name="Since">The time since which a row must have been made.</param>
/// <param name="Key">What the keys of facts, and so the ids of messages, derive from.</param>
internal readonly record struct BackfillWish(DateTimeOffset? Since, string Key);

/// <summary>Reads the application's tables as facts, by the same mappings as live events.</summary>
internal sealed class BackfillPages(
    StoredRows rows,
    StoredUsers users,
    UserAccounts accounts,
    StoredRoles roles,
    IOptionsMonitor<IntileryOptions> options,
    TimeProvider time)
{
    private IReadOnlyList<StoredTable>? _users;
    private IReadOnlyList<StoredTable>? _accounts;
    private IReadOnlyList<StoredTable>? _memberships;

    /// <summary>Gets the tables.</summary>
    public StoredRows Rows => rows;

    /// <summary>Reads users: each is an identify call.</summary>
    public async Task<StoredPage<BackfillItem>> UsersAsync(
        StoredTable table, RowRange range, BackfillWish wish, CancellationToken cancellationToken)
    {
        var (page, people) = await ReadPeopleAsync(table, range, cancellationToken).ConfigureAwait(false);
        var names = await NamesAsync(
            [.. people.Values.Select(person => person.Account).OfType<string>().Distinct(StringComparer.Ordinal)],
            cancellationToken).ConfigureAwait(false);
        return Page(page, user => ItemOf(user, people[user.Id]));

        BackfillItem? ItemOf(StoredUser user, Person person)
        {
            if (!IsIn(wish, user.CreatedAt))
            {
                return null;
            }

            var traits = TraitsOf(user, person.Account, person.Account is { } account ? names.GetValueOrDefault(account) : null);
            return Item(user.Id, person.LeftOutFor, $"{user}|{person}|{Traits.Text(traits)}", () => new UserIdentified
            {
                Key = wish.Key,
                UserId = user.Id,
                At = time.GetUtcNow(),
                Profile = user.Profile,
                Traits = traits,
                TenantId = person.Account,
                IsExcluded = user.IsExcluded,
            }) with { IsAmbiguous = person.IsAmbiguous };
        }
    }

    /// <summary>Reads users: each is Signed Up.</summary>
    public async Task<StoredPage<BackfillItem>> SignUpsAsync(
        StoredTable table, RowRange range, BackfillWish wish, CancellationToken cancellationToken)
    {
        var (page, people) = await ReadPeopleAsync(table, range, cancellationToken).ConfigureAwait(false);
        return Page(page, user => IsIn(wish, user.CreatedAt)
            ? Event(
                user.Id,
                people[user.Id].LeftOutFor,
                user.IsExcluded,
                user.CreatedAt,
                wish.Key,
                SignedUp.Of(user.Profile) with { GroupId = people[user.Id].Account })
            : null);
    }

    /// <summary>Reads accounts: each is Account Created, of the member who joined first.</summary>
    public async Task<StoredPage<BackfillItem>> AccountsAsync(
        StoredTable table, RowRange range, BackfillWish wish, CancellationToken cancellationToken)
    {
        var page = await rows.ReadPageAsync<AccountWatch, StoredAccount>(
            table, range, (watch, entry) => watch.Read(entry), cancellationToken).ConfigureAwait(false);
        var founders = new Dictionary<string, StoredMembership>(StringComparer.Ordinal);
        await rows.FindAsync<MembershipWatch, StoredMembership>(
            await MembershipTablesAsync(cancellationToken).ConfigureAwait(false),
            watch => watch.Source.Account,
            [.. page.Rows.Select(account => account.Id)],
            (watch, entry) => watch.Source.Read(entry),
            member =>
            {
                if (!founders.TryGetValue(member.AccountId, out var first) || Order(member).CompareTo(Order(first)) < 0)
                {
                    founders[member.AccountId] = member;
                }
            },
            cancellationToken).ConfigureAwait(false);
        var known = await FindUsersAsync(
            [.. founders.Values.Select(member => member.MemberId).Distinct(StringComparer.Ordinal)],
            cancellationToken).ConfigureAwait(false);
        return Page(page, account => IsIn(wish, account.CreatedAt)
            ? Member(
                founders.GetValueOrDefault(account.Id)?.MemberId,
                known,
                account.CreatedAt,
                $"{wish.Key} {account.Id}",
                new AccountCreated { GroupId = account.Id, AccountName = account.Name })
            : null);

        static (DateTimeOffset At, string Id) Order(StoredMembership member) => (member.At ?? DateTimeOffset.MaxValue, member.MemberId);
    }

    /// <summary>Reads memberships: each is Account Added User.</summary>
    public async Task<StoredPage<BackfillItem>> MembershipsAsync(
        StoredTable table, RowRange range, BackfillWish wish, CancellationToken cancellationToken)
    {
        var page = await rows.ReadPageAsync<MembershipWatch, StoredMembership>(
            table, range, (watch, entry) => watch.Source.Read(entry), cancellationToken).ConfigureAwait(false);
        var known = await FindUsersAsync(
            [.. page.Rows.Select(member => member.MemberId).Distinct(StringComparer.Ordinal)], cancellationToken).ConfigureAwait(false);
        return Page(page, member => IsIn(wish, member.At)
            ? Member(
                member.MemberId,
                known,
                member.At,
                $"{wish.Key} {member.AccountId}",
                new AccountAddedUser { GroupId = member.AccountId, Role = member.Role })
            : null);
    }

    private static bool IsIn(BackfillWish wish, DateTimeOffset? at) => wish.Since is not { } since || at >= since;

    private static StoredPage<BackfillItem> Page<T>(StoredPage<T> page, Func<T, BackfillItem?> itemOf) =>
        new([.. page.Rows.Select(itemOf).OfType<BackfillItem>()], page.Count, page.LastKey);

    private static SortedDictionary<string, object?> TraitsOf(StoredUser user, string? account, string? accountName)
    {
        var traits = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        if (account is not null)
        {
            var company = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["id"] = account };
            if (accountName is not null)
            {
                company["name"] = accountName;
            }

            traits["company"] = JsonSerializer.SerializeToElement(company);
        }

        if (user.CreatedAt is { } created)
        {
            traits["createdAt"] = JsonSerializer.SerializeToElement(created.UtcDateTime);
        }

        return traits;
    }

    private static BackfillItem Item(string id, string? leftOutFor, string content, Func<CapturedFact> fact) =>
        new(id, leftOutFor is null ? fact() : null, content) { LeftOutFor = leftOutFor };

    // An event without its time would be dated today.
    private static BackfillItem Event(
        string id, string? leftOutFor, bool isExcluded, DateTimeOffset? at, string key, LifecycleEvent tracked) =>
        Item(id, leftOutFor ?? (at is null ? Reasons.Incomplete : null), string.Empty, () => new EventTracked
        {
            Key = key, UserId = id, At = at!.Value, Event = tracked with { Timestamp = at }, IsExcluded = isExcluded, IsSeen = true,
        });

    private static BackfillItem Member(string? id, IReadOnlyDictionary<string, (StoredUser User, string? LeftOutFor)> users, DateTimeOffset? at, string key, LifecycleEvent tracked) =>
        id is not null && users.TryGetValue(id, out var known)
            ? Event(id, known.LeftOutFor, known.User.IsExcluded, at, key, tracked)
            : new BackfillItem(id ?? string.Empty, null, string.Empty) { LeftOutFor = Reasons.NoUser };

    private async Task<(StoredPage<StoredUser> Page, Dictionary<string, Person> People)> ReadPeopleAsync(
        StoredTable table, RowRange range, CancellationToken cancellationToken)
    {
        var current = options.CurrentValue;
        var page = await rows.ReadPageAsync<UserWatch, StoredUser>(
            table, range, (watch, entry) => watch.Read(entry, current), cancellationToken).ConfigureAwait(false);
        var ids = page.Rows.Select(user => user.Id).ToList();
        var found = await accounts.FindAsync(ids, cancellationToken).ConfigureAwait(false);
        var excluded = await roles.FindAsync(ids, [.. current.Exclude.Roles], cancellationToken).ConfigureAwait(false);
        var people = new Dictionary<string, Person>(StringComparer.Ordinal);
        foreach (var user in page.Rows)
        {
            var named = found.GetValueOrDefault(user.Id) ?? [];
            people[user.Id] = new Person(
                named is [var only] ? only : null, excluded.Contains(user.Id) ? Reasons.Excluded : user.LeftOutFor, named.Count > 1);
        }

        return (page, people);
    }

    private async Task<IReadOnlyDictionary<string, (StoredUser User, string? LeftOutFor)>> FindUsersAsync(
        IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        _users ??= (await rows.TablesAsync<UserWatch>(cancellationToken).ConfigureAwait(false)).Tables;
        return await users.FindAsync(_users, ids, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Dictionary<string, string?>> NamesAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        _accounts ??= (await rows.TablesAsync<AccountWatch>(cancellationToken).ConfigureAwait(false)).Tables;
        var names = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (ids.Count > 0)
        {
            await rows.FindAsync<AccountWatch, StoredAccount>(
                _accounts,
                watch => watch.Key,
                ids,
                (watch, entry) => watch.Read(entry),
                account => names[account.Id] = account.Name,
                cancellationToken).ConfigureAwait(false);
        }

        return names;
    }

    private async Task<IReadOnlyList<StoredTable>> MembershipTablesAsync(CancellationToken cancellationToken) =>
        _memberships ??= (await rows.TablesAsync<MembershipWatch>(cancellationToken).ConfigureAwait(false)).Tables;

    // The user's rows in other tables.
    private sealed record Person(string? Account, string? LeftOutFor, bool IsAmbiguous);
}
