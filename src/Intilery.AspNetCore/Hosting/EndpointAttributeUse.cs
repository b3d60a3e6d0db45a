using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Microsoft.AspNetCore.Builder;

namespace Intilery.AspNetCore.Hosting;

/// <summary>
/// Knows whether code of this process mentions the attributes at all. Making every endpoint to look at it takes milliseconds each;
/// applications without attributes are not to pay that.
/// </summary>
internal static class EndpointAttributeUse
{
    private static readonly HashSet<string> _names = Assembly.GetExecutingAssembly().GetExportedTypes()
        .Where(type => typeof(LifecycleEventAttribute).IsAssignableFrom(type) || type == typeof(IntileryEndpointConventionBuilderExtensions))
        .Select(type => type.Name)
        .ToHashSet(StringComparer.Ordinal);

    public static bool IsLikely() => Array.Exists(AppDomain.CurrentDomain.GetAssemblies(), Mentions);

    /// <summary>Whether an assembly that references the package mentions them in its metadata, as its file has it.</summary>
    public static bool Mentions(Assembly assembly)
    {
        var own = Assembly.GetExecutingAssembly().GetName().Name;
        if (assembly.IsDynamic || !Array.Exists(assembly.GetReferencedAssemblies(), reference => reference.Name == own))
        {
            return false;
        }

        if (!File.Exists(assembly.Location))
        {
            // Of a single file, or loaded from memory: its endpoints are looked at.
            return true;
        }

        using var file = new PEReader(File.OpenRead(assembly.Location));
        var metadata = file.GetMetadataReader();
        return metadata.TypeReferences.Any(handle => _names.Contains(metadata.GetString(metadata.GetTypeReference(handle).Name)));
    }
}
