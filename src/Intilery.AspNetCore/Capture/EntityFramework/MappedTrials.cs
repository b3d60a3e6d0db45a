using System.Linq.Expressions;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// Reads the rows that <c>MapTrials</c> maps, outside of any request and with contexts of its own. Query filters do not apply: a row that
/// they hide is there.
/// </summary>
/// <param name="mappings">The mappings of the application.</param>
/// <param name="contexts">The application's contexts.</param>
internal sealed class MappedTrials(IEnumerable<EntityMapping> mappings, ApplicationContexts contexts)
{
    // Entities are read one by one, and let go by as many.
    private const int PageSize = 200;

    private static readonly MethodInfo _read = typeof(MappedTrials).GetMethod(
        nameof(ReadRowsAsync), BindingFlags.Static | BindingFlags.NonPublic)!;

    // Of several calls for a type, the last counts.
    private readonly List<TrialMapping> _mappings =
        [.. mappings.OfType<TrialMapping>().GroupBy(mapping => mapping.Type).Select(same => same.Last())];

    public bool IsEmpty => _mappings.Count == 0;

    /// <summary>Returns the rows of these trials, by their ids, and whether one that is not among them is known not to be there.</summary>
    public async Task<(IReadOnlyDictionary<string, TrialState> Rows, bool IsComplete)> FindAsync(
        IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        var (wanted, found) = (ids.ToHashSet(StringComparer.Ordinal), new Dictionary<string, TrialState>(StringComparer.Ordinal));
        var isComplete = await ReadAsync(
            ids,
            row =>
            {
                if (row.Trial is { } id && wanted.Contains(id))
                {
                    found[id] = row;
                }

                return ValueTask.CompletedTask;
            },
            () => found.Count < wanted.Count,
            cancellationToken).ConfigureAwait(false);
        return (found, isComplete);
    }

    /// <summary>Reads every row that may be a trial.</summary>
    public Task ReadAllAsync(Func<TrialState, ValueTask> take, CancellationToken cancellationToken) =>
        ReadAsync(null, take, static () => true, cancellationToken);

    // What is not found in a context that cannot be read may be there.
    private async Task<bool> ReadAsync(IReadOnlyCollection<string>? ids, Func<TrialState, ValueTask> take, Func<bool> isMoreWanted, CancellationToken cancellationToken) => (await contexts.ForEachAsync(
        "reading the rows of trials",
        async context =>
        {
            var sources = SourcesIn(context.Model).ToList();
            foreach (var (entity, mapping, reader) in sources)
            {
                await ((Task)_read.MakeGenericMethod(entity.ClrType).Invoke(null, [context, entity, mapping, reader, ids, take, cancellationToken])!).ConfigureAwait(false);
            }

            return sources.Count > 0 && isMoreWanted();
        },
        cancellationToken).ConfigureAwait(false)).Count == 0;

    // A query of a type returns the rows of those that derive from it.
    private IEnumerable<(IEntityType Entity, TrialMapping Mapping, TrialReader Reader)> SourcesIn(IModel model) =>
        from mapping in _mappings
        from entity in model.GetEntityTypes()
        where mapping.Covers(entity) && (entity.BaseType is not { } parent || !mapping.Covers(parent))
        let watch = mapping.Watch(entity) as TrialWatch
        where watch is not null
        select (entity, mapping, watch.Reader);

    private static async Task ReadRowsAsync<T>(
        DbContext context,
        IEntityType entity,
        TrialMapping mapping,
        TrialReader reader,
        IReadOnlyCollection<string>? ids,
        Func<TrialState, ValueTask> take,
        CancellationToken cancellationToken)
        where T : class
    {
        // Tracked: only so are shadow properties and owned objects there.
        var all = (entity.HasSharedClrType ? context.Set<T>(entity.Name) : context.Set<T>()).AsTracking().IgnoreQueryFilters();
        var rows = ids is null ? Running(all, mapping) : RowKeys.Among(all, reader.Trial, ids);
        var count = 0;
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            await take(reader.Current(context.Entry(row))).ConfigureAwait(false);
            if (++count % PageSize == 0)
            {
                context.ChangeTracker.Clear();
            }
        }

        context.ChangeTracker.Clear();
    }

    // By the application's own condition, if its database understands it; all rows are asked again one by one.
    private static IQueryable<T> Running<T>(IQueryable<T> all, TrialMapping mapping)
        where T : class
    {
        if (mapping.IsTrial is not { } condition)
        {
            return all;
        }

        var row = Expression.Parameter(typeof(T), "row");
        var running = all.Where(Expression.Lambda<Func<T, bool>>(new Replacement(condition.Parameters[0], row).Visit(condition.Body), row));
        try
        {
            _ = running.ToQueryString();
            return running;
        }
        catch (InvalidOperationException)
        {
            // Computed by the application's own code.
            return all;
        }
    }

    private sealed class Replacement(ParameterExpression from, ParameterExpression to) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : node;
    }
}
