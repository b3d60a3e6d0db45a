using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Microsoft.AspNetCore.Builder;

namespace Intilery.AspNetCore.Hosting;

/// <summary>
/// Detects whether the application's code uses the attributes at all. Building an endpoint to inspect its metadata takes
/// milliseconds; applications without attributes do not pay for it.
/// </summary>
internal static class EndpointAttributeUse
{
    private static readonly HashSet<string> _names = Assembly.GetExecutingAssembly().GetExportedTypes()
        .Where(type => typeof(LifecycleEventAttribute).IsAssignableFrom(type) || type == typeof(IntileryEndpointConventionBuilderExtensions))
        .Select(type => type.Name)
        .ToHashSet(StringComparer.Ordinal);

    public static bool IsLikely() => Array.Exists(AppDomain.CurrentDomain.GetAssemblies(), Mentions);

    /// <summary>Returns whether the metadata of an assembly that references the package mentions the attributes.</summary>
    public static bool Mentions(Assembly assembly)
    {
        var own = Assembly.GetExecutingAssembly().GetName().Name;
        if (assembly.IsDynamic || !Array.Exists(assembly.GetReferencedAssemblies(), reference => reference.Name == own))
        {
            return false;
        }

        if (!File.Exists(assembly.Location))
        {
            // A single-file assembly, or one loaded from memory: its endpoints are inspected.
            return true;
        }

        using var file = new PEReader(File.OpenRead(assembly.Location));
        var metadata = file.GetMetadataReader();
        return metadata.TypeReferences.Any(handle => _names.Contains(metadata.GetString(metadata.GetTypeReference(handle).Name)));
    }
}
