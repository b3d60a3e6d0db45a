using System.Linq.Expressions;
using System.Reflection;
using Intilery.AspNetCore.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// Prepares a save: asks the database, within the save, what the rows hold that it changes, because EF Core does not know of an entity that
/// was attached; which memberships the users have whose memberships it changes, because rows that are not tracked count too; and whether
/// the accounts that new users join are there already. In batches, and in the same way, synchronous or not, as the application saves.
/// </summary>
internal sealed class RowReader(LifecycleDiagnostics diagnostics)
{
    public void Prepare(PendingSave save)
    {
        save.Prepare();
        if (!save.Context.Database.IsRelational())
        {
            PrepareInMemory(save);
            return;
        }

        var stored = StoredRows(save);
        Store(stored, Read(stored.Select(rows => rows.Query)));
        save.Note();
        var memberships = StoredMemberships(save);
        Store(save, memberships, Read(memberships.Select(rows => rows.Query)));
        foreach (var (sources, joined) in JoinedIn(save))
        {
            var accounts = JoinedAccounts(save, sources, joined);
            Found(save, accounts, Read(accounts.Select(rows => rows.Query)));
        }
    }

    public async Task PrepareAsync(PendingSave save)
    {
        save.Prepare();
        if (!save.Context.Database.IsRelational())
        {
            PrepareInMemory(save);
            return;
        }

        var stored = StoredRows(save);
        Store(stored, await ReadAsync(stored.Select(rows => rows.Query)).ConfigureAwait(false));
        save.Note();
        var memberships = StoredMemberships(save);
        Store(save, memberships, await ReadAsync(memberships.Select(rows => rows.Query)).ConfigureAwait(false));
        foreach (var (sources, joined) in JoinedIn(save))
        {
            var accounts = JoinedAccounts(save, sources, joined);
            Found(save, accounts, await ReadAsync(accounts.Select(rows => rows.Query)).ConfigureAwait(false));
        }
    }

    private static List<(RowQuery Query, IReadOnlyList<ChangedRow> Rows)> StoredRows(PendingSave save)
    {
        var queries = new List<(RowQuery, IReadOnlyList<ChangedRow>)>();
        foreach (var group in save.Rows.Where(row => row.State != EntityState.Added).GroupBy(row => row.Entry.Metadata))
        {
            var type = group.Key;
            var key = type.FindPrimaryKey()!.Properties;
            var columns = save.Model.WatchesOf(type)!.SelectMany(watch => watch.Columns).Distinct();
            foreach (var held in columns.GroupBy(column => RowQuery.TableOf(type, column)).Where(held => held.Key is not null))
            {
                var table = held.Key!.Value;
                if (key.Any(part => part.GetColumnName(table) is null))
                {
                    continue;
                }

                var rows = new Queue<ChangedRow>(group);
                foreach (var query in RowQuery.Of(save.Context, table, [.. key, .. held.Except(key)], key, group.Select(KeyOf)))
                {
                    queries.Add((query, [.. Enumerable.Range(0, query.KeyCount).Select(_ => rows.Dequeue())]));
                }
            }
        }

        return queries;
    }

    private static object[] KeyOf(ChangedRow row) =>
        [.. row.Entry.Metadata.FindPrimaryKey()!.Properties.Select(part => row.Entry.CurrentValues[part]!)];

    // A failure leaves what EF Core takes the rows to hold.
    private static void Store(List<(RowQuery Query, IReadOnlyList<ChangedRow> Rows)> stored, int read)
    {
        foreach (var (query, rows) in stored.Take(read))
        {
            var keyLength = rows[0].Entry.Metadata.FindPrimaryKey()!.Properties.Count;
            var found = new Dictionary<RowKey, object?[]>();
            foreach (var values in query.Rows)
            {
                found[new RowKey(values[..keyLength])] = values;
            }

            var missing = rows.Where(row => !found.Remove(new RowKey(KeyOf(row)), out var values) || !Store(row, query, values)).ToList();
            if (missing is [var only] && found.Values.ToList() is [var left])
            {
                // The database compares keys otherwise than .NET does, without regard to their case perhaps.
                Store(only, query, left);
            }
            else
            {
                missing.ForEach(row => row.Miss());
            }
        }
    }

    private static bool Store(ChangedRow row, RowQuery query, object?[] values)
    {
        row.Store(query.Columns, values);
        return true;
    }

    private static IEnumerable<MembershipSource> SourcesOf(PendingSave save) =>
    [
        .. save.Model.Memberships,
        .. save.Options.Tenant.RoleClaimType is null ? [] : save.Model.Roles,
        .. save.Options.Exclude.EmailDomains.Count == 0 ? [] : save.Model.Addresses,
    ];

    private static List<(RowQuery Query, MembershipSource Source)> StoredMemberships(PendingSave save)
    {
        var keys = save.Memberships.KeysToLookUp;
        return keys.Count == 0
            ? []
            : [.. SourcesOf(save).SelectMany(source => Queries(save.Context, source, keys).Select(query => (query, source)))];
    }

    /// <summary>
    /// Returns the queries of a source's rows; none if it is in no table of this database or its keys are of another type.
    /// </summary>
    public static IEnumerable<RowQuery> Queries(DbContext context, MembershipSource source, IEnumerable<object> keys) =>
        TableOf(source) is { } table
        ? RowQuery.Of(context, table, source.Columns, [source.Member], KeysOf(source, keys).Select(key => new[] { key }), FilterOf(source))
        : [];

    private static StoreObjectIdentifier? TableOf(MembershipSource source) =>
        source.IsWholeTable
        && StoreObjectIdentifier.Create(source.Type, StoreObjectType.Table) is { } table
        && source.Columns.All(column => column.GetColumnName(table) is not null) ? table : null;

    private static (IProperty, IReadOnlyList<object>)? FilterOf(MembershipSource source) =>
        source.Rule.Values?.Invoke().ToArray<object>() is { Length: > 0 } values ? (source.Rule.Column!, values) : null;

    // Of whom new users join: first the accounts' own rows, then, for accounts that have none, their other members.
    private static IEnumerable<(IReadOnlyList<MembershipSource> Sources, IReadOnlyCollection<string> Accounts)> JoinedIn(PendingSave save)
    {
        foreach (var sources in new[] { save.Model.Accounts, save.Model.Memberships })
        {
            if (save.Memberships.AccountsToLookUp() is { Count: > 0 } accounts)
            {
                yield return (sources, accounts);
            }
        }
    }

    private static List<(RowQuery Query, MembershipSource Source)> JoinedAccounts(
        PendingSave save, IReadOnlyList<MembershipSource> sources, IReadOnlyCollection<string> accounts)
    {
        return [.. sources.SelectMany(source => TableOf(source) is { } table
            ? RowQuery.Of(
                save.Context,
                table,
                source.AccountColumns,
                [source.Account],
                AccountKeysOf(source, accounts).Select(key => new[] { key }),
                FilterOf(source),
                source.Member,
                isDistinct: true)
                .Select(query => (query, source))
            : [])];
    }

    // Where an account's id is a number, one that is text elsewhere perhaps is none's.
    private static IEnumerable<object> AccountKeysOf(MembershipSource source, IEnumerable<string> accounts) =>
        accounts.Select(account => KeyText.Parse(account, source.Account.ClrType)).OfType<object>();

    private static void Found(PendingSave save, List<(RowQuery Query, MembershipSource Source)> accounts, int read) => save.Memberships.FoundAccounts(
        accounts.Take(read).SelectMany(rows => rows.Query.Rows.Select(rows.Source.ReadAccount)).OfType<string>(),
        isComplete: read == accounts.Count);

    private static IEnumerable<object> KeysOf(MembershipSource source, IEnumerable<object> keys)
    {
        var type = Nullable.GetUnderlyingType(source.Member.ClrType) ?? source.Member.ClrType;
        return keys.Where(type.IsInstanceOfType);
    }

    // Some of the users' memberships without the others would be read wrong.
    private static void Store(PendingSave save, List<(RowQuery Query, MembershipSource Source)> memberships, int read)
    {
        if (read < memberships.Count)
        {
            return;
        }

        save.Memberships.LookedUp(save.Memberships.KeysToLookUp);
        foreach (var (query, source) in memberships)
        {
            foreach (var row in query.Rows)
            {
                save.Memberships.Store(source, row);
            }
        }
    }

    // Returns how many of the queries succeeded before one failed.
    private int Read(IEnumerable<RowQuery> queries)
    {
        var read = 0;
        try
        {
            foreach (var query in queries)
            {
                query.Read();
                read++;
            }
        }
        catch (Exception exception)
        {
            Failed(exception);
        }

        return read;
    }

    private async Task<int> ReadAsync(IEnumerable<RowQuery> queries)
    {
        var read = 0;
        try
        {
            foreach (var query in queries)
            {
                await query.ReadAsync().ConfigureAwait(false);
                read++;
            }
        }
        catch (Exception exception)
        {
            Failed(exception);
        }

        return read;
    }

    private void Failed(Exception exception)
    {
        // The host saves whatever we know of its rows; what EF Core knows of them has to do.
        diagnostics.Suppressed("stored row", Reasons.UnreadableRow);
        diagnostics.Failed("reading the rows that a save changes", exception);
    }

    // EF Core's in-memory database has no commands. It is for tests: of others that are not relational what is tracked has to do.
    private static void PrepareInMemory(PendingSave save)
    {
        var isInMemory = save.Context.Database.ProviderName == "Microsoft.EntityFrameworkCore.InMemory";
        foreach (var row in save.Rows.Where(row => isInMemory && (row.State is EntityState.Modified or EntityState.Deleted)))
        {
            if (row.Entry.GetDatabaseValues() is { } values)
            {
                IProperty[] columns = [.. row.Entry.Metadata.GetProperties()];
                row.Store(columns, [.. columns.Select(column => values[column])]);
            }
            else
            {
                row.Miss();
            }
        }

        save.Note();
        if (!isInMemory)
        {
            return;
        }

        var keys = save.Memberships.KeysToLookUp;
        if (keys.Count > 0)
        {
            var found = SourcesOf(save)
                .Where(source => source.IsWholeTable)
                .SelectMany(source => InMemory(save.Context, source, source.Member, [.. KeysOf(source, keys)]))
                .ToList();
            save.Memberships.LookedUp(keys);
            found.ForEach(row => save.Memberships.Store(row.Source, row.Values));
        }

        foreach (var (sources, accounts) in JoinedIn(save))
        {
            var found = sources.Where(source => source.IsWholeTable).SelectMany(
                source => InMemory(save.Context, source, source.Account, [.. AccountKeysOf(source, accounts)]));
            save.Memberships.FoundAccounts(
                [.. found.Select(row => row.Source.Read(row.Values)?.AccountId).OfType<string>()], isComplete: true);
        }
    }

    private static IEnumerable<(MembershipSource Source, object?[] Values)> InMemory(
        DbContext context, MembershipSource source, IProperty column, object[] keys)
    {
        var query = typeof(RowReader).GetMethod(
            nameof(Query), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(source.Type.ClrType, column.ClrType);
        return ((IEnumerable<object?[]>)query.Invoke(null, [context, source, column, keys])!).Select(values => (source, values));
    }

    private static List<object?[]> Query<TEntity, TKey>(DbContext context, MembershipSource source, IProperty column, object[] keys)
        where TEntity : class
    {
        var entity = Expression.Parameter(typeof(TEntity));
        var isOne = Expression.Call(
            typeof(Enumerable),
            nameof(Enumerable.Contains),
            [typeof(TKey)],
            Expression.Constant(keys.Cast<TKey>().ToList()),
            Value(column));
        var values = Expression.NewArrayInit(
            typeof(object), source.Columns.Select(column => Expression.Convert(Value(column), typeof(object))));
        return [.. (source.Type.HasSharedClrType ? context.Set<TEntity>(source.Type.Name) : context.Set<TEntity>())
            .AsNoTracking()
            .IgnoreQueryFilters()
            .Where(Expression.Lambda<Func<TEntity, bool>>(isOne, entity))
            .Select(Expression.Lambda<Func<TEntity, object?[]>>(values, entity))];

        MethodCallExpression Value(IProperty column) =>
            Expression.Call(typeof(EF), nameof(EF.Property), [column.ClrType], entity, Expression.Constant(column.Name));
    }

    private readonly struct RowKey(object?[] values) : IEquatable<RowKey>
    {
        private readonly object?[] _values = values;

        public bool Equals(RowKey other) => _values.AsSpan().SequenceEqual(other._values);

        public override bool Equals(object? obj) => obj is RowKey other && Equals(other);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            foreach (var value in _values)
            {
                hash.Add(value);
            }

            return hash.ToHashCode();
        }
    }
}
