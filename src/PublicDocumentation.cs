#:property PublishAot=false

// Takes out of an assembly's documentation file what no user of the assembly can see: the compiler writes down internals too, which are
// most of the file and would be in the package. Run by Directory.Build.targets when a package is made.
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

using var assembly = new PEReader(File.OpenRead(args[0]));
var metadata = assembly.GetMetadataReader();
var visible = new HashSet<string>(StringComparer.Ordinal);
foreach (var type in metadata.TypeDefinitions.Select(metadata.GetTypeDefinition).Where(IsVisible))
{
    var name = NameOf(type);
    visible.Add($"T:{name}");
    visible.UnionWith(type.GetMethods().Select(metadata.GetMethodDefinition).Where(IsVisibleMethod)
        .Select(method => $"M:{name}.{metadata.GetString(method.Name).Replace('.', '#')}"));
    visible.UnionWith(type.GetFields().Select(metadata.GetFieldDefinition).Where(field => IsShown((int)(field.Attributes & FieldAttributes.FieldAccessMask)))
        .Select(field => $"F:{name}.{metadata.GetString(field.Name)}"));
    visible.UnionWith(type.GetProperties().Select(metadata.GetPropertyDefinition)
        .Where(property => IsVisibleAccessor(property.GetAccessors().Getter) || IsVisibleAccessor(property.GetAccessors().Setter))
        .Select(property => $"P:{name}.{metadata.GetString(property.Name)}"));
    visible.UnionWith(type.GetEvents().Select(metadata.GetEventDefinition).Where(member => IsVisibleAccessor(member.GetAccessors().Adder))
        .Select(member => $"E:{name}.{metadata.GetString(member.Name)}"));
}

var document = XDocument.Load(args[1], LoadOptions.PreserveWhitespace);
foreach (var member in document.Descendants("member").ToList())
{
    // Of overloads, one that can be seen keeps them all.
    var id = member.Attribute("name")!.Value.Split('(', 2)[0].Split("``", 2)[0];
    if (!visible.Contains(id))
    {
        (member.PreviousNode as XText)?.Remove();
        member.Remove();
    }
}

document.Save(args[1], SaveOptions.DisableFormatting);

string NameOf(TypeDefinition type)
{
    var name = metadata.GetString(type.Name);
    return type.GetDeclaringType() is { IsNil: false } outer ? $"{NameOf(metadata.GetTypeDefinition(outer))}.{name}"
        : type.Namespace.IsNil ? name : $"{metadata.GetString(type.Namespace)}.{name}";
}

bool IsVisible(TypeDefinition type) => (type.Attributes & TypeAttributes.VisibilityMask) switch
{
    TypeAttributes.Public => true,
    TypeAttributes.NestedPublic or TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem =>
        IsVisible(metadata.GetTypeDefinition(type.GetDeclaringType())),
    _ => false,
};

bool IsVisibleAccessor(MethodDefinitionHandle handle) => !handle.IsNil && IsVisibleMethod(metadata.GetMethodDefinition(handle));

static bool IsVisibleMethod(MethodDefinition method) => IsShown((int)(method.Attributes & MethodAttributes.MemberAccessMask));

// The same numbers for methods and fields.
static bool IsShown(int access) =>
    (MethodAttributes)access is MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem;
