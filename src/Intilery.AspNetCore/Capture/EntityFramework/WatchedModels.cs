using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Knows what is watched of each model; found once per model. EF Core may share a model between applications, whose mappings differ.</summary>
internal sealed class WatchedModels(IEnumerable<EntityMapping> mappings, IOptionsMonitor<IntileryOptions> options)
{
    private readonly IReadOnlyList<EntityMapping> _mappings = Last(mappings);
    private readonly ConditionalWeakTable<IModel, WatchedModel> _models = [];

    public WatchedModel Of(IModel model) =>
        _models.TryGetValue(model, out var known) ? known : _models.GetValue(model, unknown => new WatchedModel(unknown, _mappings, options));

    // Mapped twice by the same call, the last word counts.
    private static List<EntityMapping> Last(IEnumerable<EntityMapping> mappings) =>
        [.. mappings.GroupBy(mapping => (mapping.GetType(), mapping.Type)).Select(same => same.Last())];
}
