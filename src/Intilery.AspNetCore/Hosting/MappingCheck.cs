using Intilery.AspNetCore.Capture.EntityFramework;
using Intilery.AspNetCore.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Validates the mappings at the start instead of at the first save. Without mappings it creates no context.</summary>
internal sealed class MappingCheck(
    IEnumerable<EntityMapping> mappings, RegisteredContexts contexts, IServiceScopeFactory scopes, LifecycleDiagnostics diagnostics)
{
    /// <exception cref="InvalidOperationException">The mapped type is in no model, or a mapped member is not a column.</exception>
    public void Check()
    {
        if (!mappings.Any())
        {
            return;
        }

        var models = contexts.Types.Select(type => (type.Name, Model: ModelOf(type))).ToList();
        var faults = mappings.SelectMany(mapping => Faults(mapping, models)).Distinct().ToList();
        if (faults.Count > 0)
        {
            throw new InvalidOperationException(string.Join(Environment.NewLine, faults));
        }
    }

    private static IEnumerable<string> Faults(EntityMapping mapping, List<(string Name, IModel? Model)> models)
    {
        var types = models.SelectMany(context => context.Model?.GetEntityTypes().Where(mapping.Covers) ?? []).ToList();
        if (types.Count == 0 && models.TrueForAll(context => context.Model is not null))
        {
            var names = models.Count == 0 ? "none is registered" : string.Join(", ", models.Select(context => context.Name));
            return [$"{mapping.Call}: no context's model holds {mapping.Type.Name} (contexts: {names}). Map the class that is in the model, or remove the call."];
        }

        return types.SelectMany(mapping.Faults).Select(fault => $"{mapping.Call}: {fault}");
    }

    private IModel? ModelOf(Type context)
    {
        try
        {
            using var scope = scopes.CreateScope();
            return (scope.ServiceProvider.GetService(context) as DbContext)?.Model;
        }
        catch (Exception exception)
        {
            // A context that cannot be created without a request is not checked.
            diagnostics.Failed("looking at a context's model", exception);
            return null;
        }
    }
}
