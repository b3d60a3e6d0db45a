using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>A table of the application, as an entity type of one of its contexts.</summary>
/// <param name="Context">The context.</param>
/// <param name="Entity">The name of the entity type.</param>
/// <param name="Place">The database and the table, where tenants have several of the context.</param>
internal sealed record StoredTable(ContextSource Context, string Entity, string? Place)
{
    /// <summary>Gets its key, unique within the application and stable across restarts.</summary>
    public string Name => Place is null ? $"{Context.Type.FullName}/{Entity}" : $"{Context.Type.FullName}/{Entity}/{Place}";
}

/// <summary>Some rows of a table, in the order of its key.</summary>
/// <param name="Rows">What was read of the rows; a row without a value is not among them.</param>
/// <param name="Count">How many rows were read.</param>
/// <param name="LastKey">The key of the last one; <see langword="null"/> if there is none.</param>
internal sealed record StoredPage<T>(IReadOnlyList<T> Rows, int Count, IReadOnlyList<string>? LastKey);

/// <summary>
/// Reads rows of the watched tables outside of any request, as the database has them: query filters do not apply. A context holds the rows
/// of one page.
/// </summary>
internal sealed class StoredRows(ApplicationContexts contexts, WatchedModels models)
{
    // Those of a large account are let go by as many.
    private const int MaxTracked = 500;

    private static readonly MethodInfo _count = Method(nameof(CountRowsAsync));
    private static readonly MethodInfo _page = Method(nameof(ReadPageAsync));
    private static readonly MethodInfo _among = Method(nameof(ReadAmongAsync));

    /// <summary>Gets a value indicating whether the application supplies its tenants.</summary>
    public bool HasTenants => contexts.HasTenants;

    /// <summary>
    /// Returns the tables that have such a watch, in a fixed order, each once; and the names of the contexts that cannot be made.
    /// </summary>
    public async Task<(IReadOnlyList<StoredTable> Tables, IReadOnlyList<string> Unread)> TablesAsync<TWatch>(
        CancellationToken cancellationToken)
        where TWatch : EntityWatch
    {
        var tables = new List<StoredTable>();
        var known = new HashSet<(string Database, string Table)>();
        var unread = await contexts.ForEachAsync(
            "reading the tables of existing customers",
            static _ => true,
            (source, context) =>
            {
                var model = models.Of(context.Model);
                foreach (var entity in model.TypesWith<TWatch>()
                    .Where(entity => entity.FindPrimaryKey() is not null && IsOwn<TWatch>(model, entity)))
                {
                    // Two contexts may map one table.
                    var (database, name) = (DatabaseOf(context), entity.GetSchemaQualifiedTableName() ?? entity.Name);
                    if (known.Add((database, name)))
                    {
                        tables.Add(new StoredTable(source, entity.Name, contexts.HasTenants ? PlaceOf(context, name) : null));
                    }
                }

                return Task.FromResult(true);
            },
            int.MaxValue,
            cancellationToken).ConfigureAwait(false);
        return ([.. tables.OrderBy(table => table.Name, StringComparer.Ordinal)], [.. unread.Select(type => type.Name)]);
    }

    public Task<long> CountAsync(StoredTable table, CancellationToken cancellationToken) => contexts.WithAsync(
        table.Context,
        context =>
        {
            var entity = context.Model.FindEntityType(table.Entity)!;
            return (Task<long>)_count.MakeGenericMethod(entity.ClrType).Invoke(null, [context, entity, cancellationToken])!;
        });

    /// <summary>Reads the rows of a range.</summary>
    /// <param name="table">The table.</param>
    /// <param name="range">The range.</param>
    /// <param name="read">Reads a row.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="NotSupportedException">The table's key has no order.</exception>
    public Task<StoredPage<T>> ReadPageAsync<TWatch, T>(
        StoredTable table, RowRange range, Func<TWatch, EntityEntry, T?> read, CancellationToken cancellationToken)
        where TWatch : EntityWatch
        where T : class => contexts.WithAsync(
        table.Context,
        context =>
        {
            var entity = context.Model.FindEntityType(table.Entity)!;
            return (Task<StoredPage<T>>)_page.MakeGenericMethod(entity.ClrType, typeof(T))
                .Invoke(null, [context, entity, range, Reader(models.Of(context.Model), read), cancellationToken])!;
        });

    /// <summary>Reads the rows of the tables of a watch whose column is one of some ids.</summary>
    /// <param name="tables">The tables.</param>
    /// <param name="column">Returns the column.</param>
    /// <param name="ids">The ids.</param>
    /// <param name="read">Reads a row.</param>
    /// <param name="take">Takes what was read of a row.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task FindAsync<TWatch, T>(
        IReadOnlyList<StoredTable> tables,
        Func<TWatch, IProperty> column,
        IReadOnlyCollection<string> ids,
        Func<TWatch, EntityEntry, T?> read,
        Action<T> take,
        CancellationToken cancellationToken)
        where TWatch : EntityWatch
        where T : class
    {
        foreach (var table in tables)
        {
            await contexts.WithAsync(
                table.Context,
                async context =>
                {
                    var (model, entity) = (models.Of(context.Model), context.Model.FindEntityType(table.Entity)!);
                    var key = column(WatchOf<TWatch>(model, entity)!);
                    await ((Task)_among.MakeGenericMethod(entity.ClrType, typeof(T))
                        .Invoke(null, [context, entity, key, ids, Reader(model, read), take, cancellationToken])!).ConfigureAwait(false);
                    return true;
                }).ConfigureAwait(false);
        }
    }

    private static MethodInfo Method(string name) =>
        typeof(StoredRows).GetMethods(BindingFlags.Static | BindingFlags.NonPublic).Single(method => method.Name == name);

    // Claims and the users' own columns name accounts too, but are no table of memberships.
    private static bool IsOwn<TWatch>(WatchedModel model, IEntityType entity) =>
        typeof(TWatch) != typeof(MembershipWatch) || !(IdentityWatches.IsClaim(entity) || WatchOf<UserWatch>(model, entity) is not null);

    private static TWatch? WatchOf<TWatch>(WatchedModel model, IEntityType entity) =>
        model.WatchesOf(entity) is { } watches ? watches.OfType<TWatch>().FirstOrDefault() : default;

    private static Func<EntityEntry, T?> Reader<TWatch, T>(WatchedModel model, Func<TWatch, EntityEntry, T?> read)
        where TWatch : EntityWatch
        where T : class => entry => WatchOf<TWatch>(model, entry.Metadata) is { } watch ? read(watch, entry) : null;

    // Tracked: only so are shadow properties and owned objects there.
    private static IQueryable<TEntity> All<TEntity>(DbContext context, IEntityType entity)
        where TEntity : class =>
            (entity.HasSharedClrType ? context.Set<TEntity>(entity.Name) : context.Set<TEntity>()).AsTracking().IgnoreQueryFilters();

    private static Task<long> CountRowsAsync<TEntity>(DbContext context, IEntityType entity, CancellationToken cancellationToken)
        where TEntity : class => All<TEntity>(context, entity).LongCountAsync(cancellationToken);

    private static async Task<StoredPage<T>> ReadPageAsync<TEntity, T>(
        DbContext context, IEntityType entity, RowRange range, Func<EntityEntry, T?> read, CancellationToken cancellationToken)
        where TEntity : class
        where T : class
    {
        var key = entity.FindPrimaryKey()!.Properties;
        var rows = await RowKeys.In(All<TEntity>(context, entity), key, range).ToListAsync(cancellationToken).ConfigureAwait(false);
        var entries = rows.ConvertAll(row => context.Entry((object)row));
        return new StoredPage<T>(
            [.. entries.Select(read).OfType<T>()],
            rows.Count,
            entries.Count == 0 ? null : [.. key.Select(part => RowKeys.Text(part, entries[^1].CurrentValues[part]!))]);
    }

    private static async Task ReadAmongAsync<TEntity, T>(
        DbContext context,
        IEntityType entity,
        IProperty key,
        IReadOnlyCollection<string> ids,
        Func<EntityEntry, T?> read,
        Action<T> take,
        CancellationToken cancellationToken)
        where TEntity : class
        where T : class
    {
        var count = 0;
        await foreach (var row in RowKeys.Among(All<TEntity>(context, entity), key, ids)
            .AsAsyncEnumerable()
            .WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (read(context.Entry((object)row)) is { } value)
            {
                take(value);
            }

            if (++count % MaxTracked == 0)
            {
                context.ChangeTracker.Clear();
            }
        }
    }

    private static string DatabaseOf(DbContext context) =>
        (context.Database.IsRelational() ? context.Database.GetConnectionString() : null) ?? context.GetType().FullName!;

    // Without what is secret of the connection.
    private static string PlaceOf(DbContext context, string table) =>
        context.Database.IsRelational() && context.Database.GetDbConnection() is var connection
            ? $"{connection.DataSource}/{connection.Database}/{table}"
            : table;
}
