using System.Reflection;
using System.Reflection.Metadata;
using Microsoft.AspNetCore.Builder;

namespace Intilery.AspNetCore.Setup;

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

    /// <summary>Whether an assembly's own metadata mentions them.</summary>
    public static unsafe bool Mentions(Assembly assembly)
    {
        if (assembly.IsDynamic || assembly == Assembly.GetExecutingAssembly())
        {
            // What is made at run time has no names to look up; it is looked at with the others, if there are any.
            return false;
        }

        if (!assembly.TryGetRawMetadata(out var blob, out var length))
        {
            return true;
        }

        var reader = new MetadataReader(blob, length);
        foreach (var handle in reader.TypeReferences)
        {
            if (_names.Contains(reader.GetString(reader.GetTypeReference(handle).Name)))
            {
                return true;
            }
        }

        return false;
    }
}
