"""Statements as people write them in real modules: decorators, data classes, enumerations,
registries, context managers, coroutines, patterns, formatting.

Each idiom is a text in which `<<one||other>>` stands for a choice, `$a` and `$b` for variables,
`$f` and `$g` for functions, `$C`, `$D` and `$E` for classes, `$v` for something that is probably
bound. An empty choice leaves nothing; a line that is left empty goes. `Idioms.idioms` is one more
shape of `shapes.py`.
"""

import re
import sys

from shapes import CLASSES, FUNCTIONS, VARIABLES

DECORATORS = ['''
import functools
def $f(func):
    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        <<||$f.calls = 1||result = func(*args, **kwargs)||1 / 0||print(args)>>
        return func(*args, **kwargs)
    <<return wrapper||return wrapper||return func||wrapper.func = func; return wrapper||pass||return wrapper.__wrapped__>>
@$f
def $g(<<||x||x=1||*, k=2>>):
    "Says something."
    return <<1||$v||missing||x>>
$a = <<$g()||$g(1)||$g.__name__||$g.__doc__||$g.__wrapped__()||$g.func||$g.func()||$g.nope||$g>>
''', '''
import functools
def $f(times=<<1||2||0>>, *, errors=<<(ValueError,)||ValueError||(KeyError, TypeError)||Exception>>):
    def decorator(func):
        @functools.wraps(func)
        def wrapper(*args, **kwargs):
            for attempt in range(times):
                try:
                    return func(*args, **kwargs)
                except errors <<||as e>>:
                    <<pass||continue||last = attempt||if attempt == times - 1:
                        raise>>
            <<return None||raise RuntimeError||pass>>
        return wrapper
    return decorator
@$f(<<||3||times=2||times=0||errors=KeyError||errors=missing||2, errors=(ValueError, KeyError)||2, KeyError>>)
def $g(n=1):
    <<return n||raise ValueError(n)||return {}[n]||return n / 0||return int('x')>>
$a = $g(<<||2||n=3||1, 2>>)
''', '''
_handlers = <<{}||{}||[]>>
def $f(name<<||=None>>):
    def add(func):
        <<_handlers[name] = func||_handlers[name] = func||_handlers.append(func)||_handlers.setdefault(name, []).append(func)||if name in _handlers:
            raise ValueError(name)
        _handlers[name] = func>>
        return func
    return add
@$f(<<'one'||'one'||name='one'||||1>>)
def $g(x=1):
    return x
<<||@$f('two')
def handle_two():
    return 2>>
$a = <<_handlers['one']()||_handlers['one'](2)||len(_handlers)||sorted(_handlers)||[h() for h in _handlers.values()]||_handlers['three']||{k: v for k, v in _handlers.items()}||list(_handlers)[0]>>
''', '''
class $C:
    <<||calls = 0>>
    def __init__(self, func<<||, *, name=None>>):
        self.func = func
        <<||self.__name__ = func.__name__||import functools; functools.update_wrapper(self, func)>>
    def __call__(self, *args, **kwargs):
        <<||self.calls += 1||$C.calls += 1>>
        return self.func(*args, **kwargs)
    <<||def __get__(self, instance, owner=None):
        return self||def __getattr__(self, name):
        return getattr(self.func, name)>>
@$C
def $f(x=1):
    return x
$a = <<$f()||$f(2)||$f.__name__||$f.func||$f.calls||$f.nope||$f.func()||$f(1, 2)||$C.calls||$f.__doc__>>
''', '''
import functools
@functools.<<lru_cache||lru_cache(maxsize=None)||lru_cache(maxsize=8)||cache||lru_cache()||nope>>
def $f(n<<||=1>>):
    <<return n||return 1 if n < 2 else $f(n - 1)||raise ValueError(n)||return [n]>>
$a = <<$f(1)||$f(3)||$f()||$f([])||$f.cache_info()||$f.cache_clear()||$f.__wrapped__(1)||$f.__name__||$f.cache_info().hits||$f.nope>>
''', '''
import functools
$f = functools.partial(<<int||int, base=2||print, end=''||max, 1||sorted, key=len||dict, a=1||$v||lambda x, y=1: x>>)
$a = <<$f('1')||$f('10')||$f()||$f(3)||$f(['bb', 'a'])||$f.func||$f.args||$f.keywords||$f.keywords['base']||$f(b=2)||$f.nope>>
''', '''
import functools
@functools.singledispatch
def $f(value):
    return <<str(value)||None||missing>>
@$f.register<<||(int)||(str)||(list)||(missing)>>
def $g(value<<: int||: str||: int||>>):
    return value
<<||@$f.register(bool)
def _(value):
    return not value>>
$a = <<$f(1)||$f('x')||$f([])||$f(None)||$f()||$f.dispatch(int)||$f.registry||$g(1)||$f.nope>>
''', '''
import functools
class $C:
    def __init__(self, n=<<1||2>>):
        self.n = n
    @functools.cached_property
    def total(self):
        return <<self.n * 2||self.nope||1||missing||[self.n]>>
    @property
    def double(self):
        return <<self.total||self.total * 2||self.n>>
    <<||@double.setter
    def double(self, value):
        self.n = value>>
$a = $C(<<||3||n=4>>)
$b = <<$a.total||$a.total + $a.total||$a.double||$C.total||$C().total||$C.double>>
<<||$a.double = 3||$a.total = 5||del $a.total||$a.n = 7||$a.nope>>
''', '''
import functools
@functools.total_ordering
class $C:
    def __init__(self, n<<||=0>>):
        self.n = n
    <<def __lt__(self, other):
        return self.n < other.n||def __gt__(self, other):
        return self.n > other.n||def __le__(self, other):
        return NotImplemented||pass>>
    <<def __eq__(self, other):
        return self.n == other.n||def __eq__(self, other):
        return isinstance(other, $C) and self.n == other.n||pass>>
$a = <<$C(1) < $C(2)||$C(1) >= $C(2)||max($C(1), $C(2)).n||sorted([$C(2), $C(1)])[0].n||$C(1) == 1||$C(1) < 1||{$C(1)}||$C()>>
''', '''
def $f(cls):
    <<cls.registered = True||cls.name = cls.__name__.lower()||setattr(cls, 'tag', 1)||cls.run = lambda self: self.n||pass||cls.__repr__ = lambda self: 'x'||if not hasattr(cls, 'n'):
        raise TypeError(cls.__name__)>>
    return <<cls||cls||cls||cls()||None||type(cls.__name__, (cls,), {})>>
@$f
class $C:
    <<n = 1||m = 1||def __init__(self):
        self.n = 2>>
$a = <<$C().n||$C.registered||$C.name||$C.tag||$C().run()||repr($C())||$C||$C()||$C.__name__||isinstance($C(), $C)>>
''']

DATA = ['''
from dataclasses import dataclass, field<<||, replace, asdict, fields>>
@dataclass<<||(frozen=True)||(order=True)||(eq=False)||(repr=False)||()||(init=False)||(unsafe_hash=True)||(order=True, eq=False)||(frozen=True, order=True)>>
class $C:
    <<x: int||x: int = 1||x: int = field(default=1)||x: int = field(default=2, repr=False)||x: int = 0>>
    <<y: int = 2||y: list = field(default_factory=list)||y: str = 'a'||y: int||y: dict = field(default_factory=dict, compare=False)||y: list = []||y: tuple = ()||y: int = field(init=False, default=3)||y = 5||y: 'ClassVar[int]' = 3>>
    <<||def __post_init__(self):
        <<self.z = self.x||self.x += 1||if self.x < 0:
            raise ValueError(self.x)>>||@property
    def double(self):
        return self.x * 2||@classmethod
    def make(cls):
        return cls(1)||def __hash__(self):
        return 1||def __lt__(self, other):
        return True||z: float = 1.5>>
$a = <<$C(1)||$C()||$C(1, 2)||$C(x=1)||$C(x=1, y=[1])||$C(1, 2, 3)||$C.make()||$C(w=1)||$C(-1)>>
$b = <<$a.x||$a.y||$a.z||$a == $C(1)||repr($a)||hash($a)||$a < $C(2)||$C.x||$C.y||$a.double||{$a: 1}||$a.__dict__||$C.__dataclass_fields__['x']||$C.__match_args__||str($a)||$a.nope||replace($a, x=5).x||asdict($a)||[f.name for f in fields($a)]||asdict($a)['x']>>
<<||$a.x = 5||$a.y.append(1)||$a.new = 1||del $a.x>>
''', '''
from dataclasses import dataclass, field, KW_ONLY, InitVar
from typing import ClassVar
@dataclass<<||(frozen=True)||(kw_only=True)||(slots=True)||(slots=True, frozen=True)||(match_args=False)>>
class $C:
    name: str<<|| = 'a'||>>
    <<count: ClassVar[int] = 0||size: InitVar[int] = 1||_: KW_ONLY||n: int = field(default=1, kw_only=True)||pass>>
    <<n: int = 0||k: int||k: float = field(default=1.0)||__slots__ = ('name',)>>
@dataclass<<||||(frozen=True)||(kw_only=True)>>
class $D($C):
    <<extra: int = 1||extra: int||extra: list = field(default_factory=list)||pass||name: str = 'b'||tags: set = set()>>
    <<||def __post_init__(self<<||, size>>):
        super().__post_init__()||def show(self):
        return f'{self.name!r}'||__hash__ = None>>
$a = <<$D('x')||$D()||$D('x', 1)||$D(name='x')||$D(name='x', extra=2)||$C('x')||$C('x', 1)||$C(name='x', n=1)>>
$b = <<$a.name||$a.extra||$a.n||$C.count||$a.show()||$D('x') == $D('x')||$a.__slots__||$D.__mro__[1]||isinstance($a, $C)||$a.nope>>
''', '''
import dataclasses
@dataclasses.dataclass
class $C:
    n: int = 1
@dataclasses.dataclass
class $D:
    c: $C = <<dataclasses.field(default_factory=$C)||None||$C()||$C||dataclasses.field(default=$C())>>
    rest: <<dict||'dict'||missing||list[int]>> = dataclasses.field(<<default_factory=dict||default_factory=list||default=None||default={}||default=1, default_factory=list>>)
$a = $D(<<||$C(2)||c=$C(3)>>)
$b = <<$a.c.n||$a.c||$a.rest||$a == $D()||dataclasses.asdict($a)||dataclasses.is_dataclass($D)||dataclasses.astuple($a)[0]||$a.rest['k']||$a.c.nope>>
''', '''
from typing import NamedTuple
class $C(NamedTuple):
    x: int
    y: int <<||= 2||= None>>
    <<||z: str = 'a'||z: str>>
    <<||def total(self):
        return self.x + self.y||@property
    def first(self):
        return self[0]||@classmethod
    def origin(cls):
        return cls(0, 0)||def __str__(self):
        return 'C'>>
$a = <<$C(1, 2)||$C(1)||$C(x=1, y=3)||$C()||$C(1, 2, 3, 4)||$C.origin()||$C._make([1, 2])||$C(1, 2)._replace(x=5)>>
<<$b = $a.x||$b = $a[0]||$b, *_ = $a||$b = $a.total()||$b = $a.first||$b = $C._fields||$b = $a._asdict()||$b = $a == (1, 2)||$b = str($a)||$b = len($a)||$b = $a.nope||$a.x = 1||$b = $a + (1,)||$b = hash($a)||$b = sorted([$a, $C(0, 1)])||$b = {$a: 1}[$a]||$b = $a[7]>>
<<||class $D($C):
    <<pass||def __new__(cls, x):
        return super().__new__(cls, x, 1)||__slots__ = ()||def __init__(self, *args):
        self.seen = True>>
$a = <<$D(1)||$D(1, 2)||$D(1).x||$D()>>>>
''', '''
from collections import namedtuple<<||, defaultdict, Counter, ChainMap, deque>>
$C = namedtuple('$C', <<'x y'||['x', 'y']||'x, y'||('x', 'y')||'x x'||'x class'||'x _y'>><<||||, defaults=(1,)||, defaults=[1, 2]||, defaults=(1, 2, 3)||, rename=True||, module=__name__>>)
<<||$C.__doc__ = 'A point.'||$C.__new__.__defaults__ = (1, 2)||$C.origin = $C(0, 0)>>
class $D($C):
    <<__slots__ = ()||pass>>
    <<def total(self):
        return self.x + self.y||def __new__(cls, x, y=3):
        return super().__new__(cls, x, y)||@property
    def total(self):
        return self.x||x = 3>>
$a = <<$D(1, 2)||$D(1)||$D()||$C(1, 2)||$C(1)||$D(x=1, y=2)||$D(1, 2, 3)>>
$b = <<$a.x||$a.total()||$a.total||$a._replace(x=2).x||$a._asdict()||$C._fields||$a == (1, 2)||$a.nope||[*$a]||$a[0]>>
''', '''
from typing import TypedDict
class $C(TypedDict<<||, total=False||, total=True||, bogus=1>>):
    name: str
    size: int<<|| = 1>>
<<||class $D($C):
    extra: 'list[int]'>>
$a: $C = <<{'name': 'x', 'size': 1}||$C(name='x')||$C(name='x', size=1)||{}||dict(name='y')||$C()>>
$b = <<$a['name']||$a['size']||$a.get('size', 0)||$C.__total__||$C.__annotations__['name']||isinstance($a, dict)||isinstance($a, $C)||$a.name||list($a)||{**$a, 'extra': 1}||$C.__required_keys__>>
''', '''
import enum
class $C(enum.<<Enum||Enum||IntEnum||Flag||IntFlag||StrEnum>>):
    A = <<1||1||'a'||enum.auto()||2>>
    B = <<2||1||'b'||enum.auto()||4||(1, 2)||None>>
    <<||C = A||ALL = A | B||A = 3||C = 3.5||C = object()||_ignore_ = ['D']||D: int = 9||D = lambda self: 1||def D(self):
        return self.value||@property
    def label(self):
        return self.name.lower()||@classmethod
    def default(cls):
        return cls.A||@classmethod
    def _missing_(cls, value):
        return cls.A||def __str__(self):
        return self.name||class Inner:
        pass>>
$a = <<$C.A||$C(1)||$C['A']||$C('a')||$C(2)||$C['Z']||$C(99)||$C.default()||$C.C||$C.ALL||$C.A | $C.B||$C.A & $C.B||~$C.A||list($C)[0]||next(iter($C))||$C.D>>
$b = <<$a.value||$a.name||str($a)||repr($a)||$a is $C.A||$a == 1||$a == $C.A||len($C)||[m.name for m in $C]||$C.__members__['A']||$C.A in $C||1 in $C||$a.label||$a.D()||hash($a)||{$a: 1}[$C.A]||$a < $C.B||$a + 1||isinstance($a, int)||$C.A.A||f'{$a}'||f'{$a:>5}'||'%s' % $a||$C.A.B||bool($a)||$a.nope||sorted($C)||max($C)||$C.Inner||$a.value + 1||'x' + $a>>
<<||$C.A = 5||$C.NEW = 5||$a.value = 2||$a.extra = 1||del $C.A||class $D($C):
    pass||$C.B.value||del $C.nope>>
''', '''
from enum import Enum, Flag, IntFlag, auto, unique<<||, EnumMeta>>
<<@unique
||>>class $C(<<str, Enum||int, Enum||Enum||Flag||IntFlag||Enum, str||float, Enum||Enum, metaclass=EnumMeta>>):
    <<RED = 'r'||RED = 1||RED = auto()||RED = '1'>>
    <<BLUE = 'b'||BLUE = 2||BLUE = auto()||BLUE = RED||BLUE = 'r'||BLUE = 1>>
    <<||def __new__(cls, value):
        member = <<object.__new__(cls)||str.__new__(cls, value)||int.__new__(cls, value)>>
        member._value_ = value
        return member||def __init__(self, code):
        self.code = code||def _generate_next_value_(name, start, count, last_values):
        return name.lower()||__hash__ = None||@staticmethod
    def make():
        return 1>>
$a = <<$C.RED||$C('r')||$C(1)||$C['RED']||[c.value for c in $C]||{c: c.value for c in $C}||$C.RED.code||$C.make()||tuple($C)||dict($C.__members__)>>
$b = <<$C.RED == 'r'||$C.RED.value.upper()||$C.RED.upper()||'x' + $C.RED||$C.RED + 1||$C.RED.name||$C.RED | $C.BLUE||$C.RED in ($C.BLUE,)||$C.RED is $C.BLUE||f'{$C.RED!s}'||$C.RED < $C.BLUE||sorted([$C.RED, $C.BLUE])||json_ready($C)||$C.BLUE.value * 2||int($C.RED)||str($C.BLUE)>>
''', '''
from enum import Enum
$C = Enum('$C', <<'A B'||['A', 'B']||{'A': 1, 'B': 2}||[('A', 1)]||'A A'||names='A'||3>><<||, module=__name__||, type=int||, start=5>>)
$a = <<$C.A||$C(1)||$C['B']||$C.Z||len($C)||$C.A.value||list($C)||$C(7)||$C.A.name>>
''']

CLASSES_OF_CLASSES = ['''
class $C:
    registry = <<{}||[]||{}>>
    def __init_subclass__(cls, <</, ||>>name=<<None||''>>, **kwargs):
        super().__init_subclass__(<<**kwargs||**kwargs||>>)
        <<cls.registry[name or cls.__name__] = cls||$C.registry[cls.__name__] = cls||cls.registry.append(cls)||if not hasattr(cls, 'run'):
            raise TypeError(cls.__name__)||if cls.__name__ in $C.registry:
            raise ValueError('twice')>>
class $D($C<<||, name='d'||, other=1||, name=missing>>):
    <<pass||def run(self):
        return 1||registry = {}>>
<<||class $E($D):
    def run(self):
        return 2>>
$a = <<$C.registry||len($C.registry)||$C.registry['d']||$C.registry['$D']()||$C.registry['$D']().run()||$D().run()||sorted($C.registry)||[c.__name__ for c in $C.registry]||$D.nope||$C.registry[0]||$D.registry>>
''', '''
class $C:
    def __init__(self, default=<<None||0>><<||, *, type=int>>):
        self.default = default
    def __set_name__(self, owner, name):
        self.name = name
        <<||owner.fields = getattr(owner, 'fields', []) + [name]||if name.startswith('_'):
            raise ValueError(name)||owner._order.append(name)>>
    def __get__(self, instance, owner<<||=None>>):
        if instance is None:
            return <<self||self.default||missing>>
        return <<instance.__dict__.get(self.name, self.default)||instance.__dict__[self.name]||getattr(instance, '_' + self.name, self.default)||self.default>>
    <<||def __set__(self, instance, value):
        <<instance.__dict__[self.name] = value||if not isinstance(value, int):
            raise TypeError(value)
        instance.__dict__[self.name] = value||setattr(instance, '_' + self.name, value)||raise AttributeError(self.name)>>>>
    <<||def __delete__(self, instance):
        del instance.__dict__[self.name]>>
class $D:
    <<||_order = []>>
    x = $C(<<||1||default=2||type=str>>)
    <<||y = $C()||_z = $C(3)>>
    <<||def __init__(self, x=1):
        self.x = x>>
$a = $D(<<||||5||'a'||x=1>>)
<<||$a.x = 3||$a.x = 'b'||del $a.x||$a.y = 1||$D.x = 4>>
$b = <<$a.x||$D.x||$D.x.name||$a.y||$D.fields||$a.__dict__||$a.x + 1||vars($a)['x']||$D.__dict__['x'].name||$a._z||$a.nope>>
''', '''
class $C(type):
    <<def __new__(mcs, name, bases, namespace, **kwargs):
        <<||namespace['tag'] = name.lower()||namespace.setdefault('n', 0)||if bases and 'run' not in namespace:
            raise TypeError(name)||kwargs.pop('abstract', None)||fields = [k for k in namespace if not k.startswith('_')]
        namespace['fields'] = fields>>
        cls = super().__new__(mcs, name, bases, namespace<<||||, **kwargs>>)
        <<||cls.created = True||mcs.made = getattr(mcs, 'made', 0) + 1||mcs.registry[name] = cls>>
        return cls||def __init__(cls, name, bases, namespace, **kwargs):
        super().__init__(name, bases, namespace)
        cls.index = <<len(bases)||1||missing>>||_instances = {}
    def __call__(cls, *args, **kwargs):
        if cls not in cls._instances:
            cls._instances[cls] = super().__call__(*args, **kwargs)
        return cls._instances[cls]||def __getattr__(cls, name):
        <<return name||raise AttributeError(name)>>||def __iter__(cls):
        return iter([1, 2])||def __getitem__(cls, key):
        return key||def __contains__(cls, x):
        return x == 1||@property
    def label(cls):
        return cls.__name__||def __instancecheck__(cls, x):
        return True||def __lt__(cls, other):
        return cls.__name__ < other.__name__>>
    <<||registry = {}||@classmethod
    def __prepare__(mcs, name, bases<<||, **kwargs>>):
        return <<{}||dict(given=1)||{'n': 1}>>>>
class $D(<<||object, >>metaclass=$C<<||||, abstract=True||, other=1>>):
    <<n = 1||def run(self):
        return 1||x = n||pass||def __init__(self, v=1):
        self.v = v>>
<<||class $E($D):
    <<pass||def run(self):
        return 2||n = 2>>>>
$a = <<$D()||$D.tag||$D.n||$D.created||$D() is $D()||$D.index||list($D)||$D['k']||1 in $D||$D.label||$D().label||isinstance(3, $D)||$D.nope||$C.made||$C.registry['$D']||$D.fields||type($D) is $C||$D.given||sorted([$D, $D])||$D().run()||$D(v=2).v||$D(5)>>
''', '''
import abc
class $C(<<abc.ABC||metaclass=abc.ABCMeta||abc.ABC||object>>):
    <<@abc.abstractmethod
    def run(self<<||, x>>):
        <<...||raise NotImplementedError||"Runs."||return 1>>||@property
    @abc.abstractmethod
    def run(self):
        ...||@classmethod
    @abc.abstractmethod
    def run(cls):
        ...||@staticmethod
    @abc.abstractmethod
    def run():
        ...||def run(self):
        raise NotImplementedError>>
    def twice(self):
        return [self.run(), self.run()]
class $D($C):
    <<def run(self):
        return <<1||super().run()||missing>>||run = 1||pass||run = property(lambda self: 2)||@classmethod
    def run(cls):
        return cls.__name__||def other(self):
        pass||async def run(self):
        return 1>>
<<||class $E($D):
    @abc.abstractmethod
    def more(self):
        ...>>
<<$a = $D()||$a = $C()||$a = $D().run()||$a = $D().run||$a = $D.run()||$a = $D().twice()||$a = $C.__abstractmethods__||$a = isinstance($D(), $C)||$a = issubclass(int, $C)||$C.register(int); $a = issubclass(int, $C)||$a = $D.__abstractmethods__||$a = $E()||$a = $C.run(1)>>
''', '''
from typing import Generic, TypeVar<<||, Protocol, runtime_checkable>>
T = TypeVar(<<'T'||'T'||'T', bound=int||'T', int, str||'T', int||'T', covariant=True||'U'>>)
class $C(Generic[T]<<||, dict||>>):
    <<items: 'list[T]'||def __init__(self, item: T = None) -> None:
        self.item = item||def get(self) -> T:
        return 1||pass>>
    <<||@classmethod
    def make(cls) -> '$C[T]':
        return cls()>>
class $D($C[<<int||T||int, str||missing||'int'||list[T]>>]):
    pass
$a = <<$C()||$C[int]()||$C[int]||$C(1).item||$D().get()||$D()||$C.make()||$D.make()||$C.__parameters__||$D.__orig_bases__||$C[int].make()||$C[int, str]||isinstance($D(), $C)||isinstance(1, $C[int])||$C[int].nope||$C[int](2).item||$D[int]>>
''', '''
from typing import Protocol, runtime_checkable
<<@runtime_checkable
||>>class $C(Protocol):
    <<name: str||def run(self) -> int: ...||n: int = 1||@property
    def run(self) -> int: ...||def run(self):
        return 1>>
class $D<<||($C)>>:
    <<name = 'x'||def run(self):
        return 2||pass||def __init__(self):
        self.name = 'y'>>
$a = <<isinstance($D(), $C)||$C()||$D().run()||issubclass($D, $C)||$D().name||isinstance(1, $C)||$D().n||$D.run(1)||isinstance($D, $C)>>
''', '''
class $C:
    _instance = None
    def __new__(cls<<||, *args||, n=1||, *args, **kwargs>>):
        if cls._instance is None:
            cls._instance = super().__new__(cls<<||||, *args>>)
        return cls._instance
    <<||def __init__(self, n=1):
        self.n = n||def __init__(self):
        self.n = getattr(self, 'n', 0) + 1>>
$a = $C(<<||||1||n=2||1, 2>>)
$b = <<$a is $C()||$a.n||$C._instance is $a||$C().n||$a.nope||$C._instance.n>>
''', '''
class $C:
    def __class_getitem__(cls, item):
        return <<cls||f'{cls.__name__}[{item}]'||item||type(cls.__name__, (cls,), {'item': item})||missing>>
    <<||x = 1||def __getitem__(self, key):
        return key>>
$a = <<$C[int]||$C['k']||$C[1, 2]||$C()[0]||$C[int]()||$C[int].item||$C[1]||$C[1:2]>>
class $D($C<<||||[int]||['k']>>):
    pass
$b = <<$D||$D[int]||$D.x||$D()>>
''', '''
class $C:
    <<__slots__ = ('x', 'y')||__slots__ = ['x']||__slots__ = 'x'||__slots__ = ()||__slots__ = ('x', '__dict__')||__slots__ = ('x', 'x')||__slots__ = ('1x',)||__slots__ = {'x': 'doc'}>>
    <<||x = 1||def __init__(self, x=1):
        self.x = x||def __init__(self):
        object.__setattr__(self, 'x', 2)||def __setattr__(self, name, value):
        raise AttributeError(name)>>
class $D($C):
    <<pass||__slots__ = ()||__slots__ = ('z',)||def __init__(self):
        super().__init__()
        self.w = 1>>
$a = <<$C()||$D()||$C(3)>>
<<$a.x = 1||$a.y = 2||$a.w = 3||$b = $a.x||$b = $a.z||del $a.x||$b = $a.__dict__||$b = $a.__slots__||$b = $C.x||$b = hasattr($a, 'x')||$a.z = 1||$b = $a.w||$b = $D.z||$a.__class__ = $D>>
$b = <<$a.x||getattr($a, 'x', None)||$a.nope||1>>
''', '''
class $C:
    <<n = 0||>>
    def __init__(self<<||, n=1||, *, n=2||, n>>):
        <<self.n = n||self._n = 0||pass||self.n = self.n + 1>>
    @classmethod
    def <<make||from_text>>(cls, <<text='1'||text||*args>>):
        return cls(<<||int(text)||n=1||*args>>)
    @staticmethod
    def <<helper||check>>(x<<||=1>>):
        return x
    <<def __eq__(self, other):
        return self.n == other.n||def __enter__(self):
        return self
    def __exit__(self, *exc):
        return <<False||True||None>>||def __iter__(self):
        yield self.n||def __len__(self):
        return self.n||def __add__(self, other):
        return $C(self.n + other.n)||def __call__(self, x):
        return x + self.n||def __getitem__(self, i):
        if i > 2:
            raise IndexError(i)
        return i||def __contains__(self, x):
        return x == self.n||def __bool__(self):
        return self.n > 0||def __repr__(self):
        return f'{type(self).__name__}({self.n!r})'||def __getattr__(self, name):
        if name.startswith('_'):
            raise AttributeError(name)
        return name>>
$a = <<$C()||$C(2)||$C.make()||$C.make('3')||$C.from_text('x')||$C(n=4)||$C.helper()||$C.from_text()>>
$b = <<$a.n||$a == $C()||[*$a]||len($a)||$a + $a||$a(1)||$a[1]||list($a)||1 in $a||bool($a)||repr($a)||f'{$a}'||$a.helper(2)||$a.check()||sum($a)||hash($a)||$a.anything||$a._private||$C.check(1)||{$a}||$a < $a||max($a)||str($a)||tuple($a)||dict($a)||sorted($a)||not $a>>
<<||with $a as $b:
    <<pass||1 / 0||$b.n>>||for $b in $a:
    break||if $a:
    $b = 1||$a += $a||$a.n += 1||del $a.n||$a.n.x = 1>>
''', '''
class $C:
    def greet(self):
        return <<'c'||[]||super().__repr__()>>
    <<||def __init__(self, **kw):
        super().__init__(**kw)||def __init__(self, a=1, **kw):
        self.a = a
        super().__init__(**kw)>>
class $D($C):
    def greet(self):
        return <<super().greet() + 'd'||super($D, self).greet()||$C.greet(self)||super().nope()||super().greet||[super() for _ in 'a'][0].greet()>>
    <<||def __init__(self, b=2, **kw):
        super().__init__(**kw)
        self.b = b>>
class $E(<<$D||$D, $C||$C, $D||$C||$D, dict>>):
    <<pass||def greet(self):
        return super().greet()||greet = $C.greet||def __init__(self, *args):
        super().__init__(*args)>>
$a = <<$E()||$E(a=1)||$E(b=3)||$D(a=1, b=2)||$E(1)||$E(c=1)>>
$b = <<$a.greet()||$a.a||$a.b||$E.__mro__[1] is $D||$E.greet($a)||$a.greet||super($E, $a).greet()||isinstance($a, $D)||$E.mro()||$E.__bases__||$a.nope>>
''']

FLOW = ['''
import contextlib
@contextlib.contextmanager
def $f(<<||x=1||x>>):
    <<||x = 2||print('in')>>
    <<try:
        yield <<1||x||[1]||>>
    finally:
        <<pass||print('out')||1 / 0>>||try:
        yield 1
    except <<ValueError||KeyError||Exception||ZeroDivisionError||(KeyError, ValueError)||missing>> <<||as e>>:
        <<pass||raise||raise RuntimeError from e||return||raise RuntimeError>>||yield <<1||x>>||yield 1
    yield 2||return||with contextlib.suppress(<<KeyError||ZeroDivisionError||Exception>>):
        yield>>
with $f(<<||||2>>) <<||as $a>>:
    <<pass||1 / 0||{}['k']||$b = 1||raise ValueError||$b = $a + 1||raise KeyError('k')||int('x')>>
<<||$b = 2||with $f() as $a, $f() as $b:
    1 / 0||$a = $f()
with $a:
    pass
with $a:
    pass||@$f()
def $g():
    1 / 0
$g()>>
''', '''
class $C:
    def __init__(self, <<swallow=False||*errors||swallow=True>>):
        <<self.swallow = swallow||self.errors = errors||self.swallow = True>>
    def __enter__(self):
        <<return self||return 1||self.entered = True||raise OSError||return self>>
    def __exit__(self, <<exc_type, exc, tb||*exc||exc_type, exc_value, traceback||a>>):
        <<return self.swallow||return exc_type is not None and issubclass(exc_type, self.errors)||return True||return False||pass||if exc_type is KeyError:
            return True||raise RuntimeError from exc||self.error = exc||print(exc)||return exc_type in (KeyError, ZeroDivisionError)||return isinstance(exc, ArithmeticError)||return NotImplemented>>
<<||$a = 0
>>with $C(<<||||True||KeyError||KeyError, ZeroDivisionError||swallow=True||swallow=False>>) <<||as $a||as ($a)>>:
    <<pass||1 / 0||{}['k']||$b = 1||raise ValueError||$a.entered||int('x')||with $C():
        1 / 0>>
    <<||$b = 2||$a = 3>>
<<||$b = $a.error||$b = $a.swallow||$b = $a.entered>>
''', '''
def $f(<<||n=3||n>>):
    <<||total = 0
    >><<for _ in range(5):
        got = yield <<1||total||n>>
        <<if got is None:
            <<return||break||continue_ = 1; return 5>>||total = got||total += got||if got == 'stop':
            return>>||for i in range(3):
        yield i||result = yield from [1, 2]
    return result||x = yield
    yield x||try:
        yield 1
    except <<GeneratorExit||ValueError||Exception>>:
        <<yield 9||return||pass||raise>>||try:
        yield 1
        yield 2
    finally:
        print('closed')>>
$a = $f(<<||||2>>)
<<$b = next($a)||$b = $a.send(None)||$b = list($a)||$b = [*$a]||$b = sum($a)||for $b in $a:
    break||$b, *_ = $a||$b = next($a, None)||$b = $a.send(1)||$b = iter($a) is $a>>
<<||$b = $a.send(5)||$b = next($a)||$b = $a.throw(ValueError)||$a.close()||$b = list($a)||$b = next($a, 'done')||$b = $a.send('stop')||$b = $a.gi_frame||del $a||$b = len($a)||$b = $a[0]>>
''', '''
def $f(<<||x=1||x||*args||x, /, y=2, *, z=3>>):
    try:
        <<return 1||return x||1 / 0||{}['k']||raise ValueError('v')||pass||y = x + 1>>
    <<except <<ZeroDivisionError||KeyError||Exception||ValueError||(KeyError, ValueError)>> <<||as e>>:
        <<return 2||raise||pass||raise RuntimeError from None||return e||return str(e)||x = 3>>
    ||>><<finally:
        <<return 3||pass||print('f')||del x||raise KeyError||x = 4||for _ in [1]:
            break>>||except BaseException:
        return 5||except OSError:
        return 6
    finally:
        pass>>
    <<||return 7||return x>>
$a = $f(<<||||1||x=2||1, 2||1, y=2, z=3>>)
''', '''
import asyncio
async def $f(<<||x=1||x>>):
    <<||await asyncio.sleep(0)>>
    <<return 1||return x||1 / 0||raise ValueError||return await <<$g()||asyncio.sleep(0, 5)>>||async with <<$C()||1>>:
        pass>>
async def $g():
    <<return 2||return [x async for x in <<h()||[1]>>]||await $f()||return await asyncio.gather($f(), $f())||try:
        return await $f()
    except ZeroDivisionError:
        return 0||async for _ in h():
        return 3||pass>>
async def h():
    yield 1
class $C:
    async def __aenter__(self):
        return self
    async def __aexit__(self, *exc):
        return <<True||False||None>>
$a = <<asyncio.run($f())||asyncio.run($g())||$f||asyncio.iscoroutinefunction($f)||asyncio.run($g())||asyncio.run($f)||asyncio.run(h())||asyncio.run($f(2))>>
''', '''
$a = <<[1, 2, 3, 4]||list(range(5))||['x', 'y', 'z']||[[1, 2], [3]]||list('abc')>>
<<$a[1:3] = [9]||$a[::2] = [0] * len($a[::2])||$a[::2] = [1]||del $a[1:]||del $a[0], $a[0]||$a[:0] = 'xy'||$a[1:] += [7]||$a[-1] = 5||$a[10:] = [1]||$a[1], $a[0] = $a[0], $a[1]||$a[5] = 1||del $a[::2]||$a[slice(1, 2)] = []||$a *= 2||$a[1:2] = 3>>
$b = <<$a[0]||$a[-1]||$a[1:]||$a[::-1]||$a[3]||$a[:2] + $a[2:]||$a[-3:]||$a.pop(0)||$a.index(9)||sorted($a)||$a[1:1]||$a['x']||$a[1.0]||$a[len($a)]||$a[slice(None)]||$a[None]||[*$a[1:], 5]||$a.count(1)||max($a)||tuple($a)||sum($a)||''.join($a)||dict(enumerate($a))||$a[True]>>
''', '''
<<head, *$a = [1, 2, 3]||*$a, last = range(3)||$a, (b1, *b2) = 1, (2, 3, 4)||$a, $b = {'x': 1, 'y': 2}||$a, $b = {1: 2}.popitem()||[$a, [$b]] = [1, [2]]||$a, $b = 'xy'||$a, *$b = ''||$a = *range(2), 5||$a, $b = $b, $a||$a, $b = (x for x in [1, 2])||$a, $b, *_ = 'a b'.split()||($a), $b = 1, 2||$a = $b = c2 = []||$a, $b = divmod(7, 2)||for i, ($a, $b) in enumerate([(1, 2), (3, 4)]):
    pass||for $a, *$b in [(1, 2, 3), (4,)]:
    pass||$a, $b = zip(*[(1, 2), (3, 4)])||$a, $b = os.path.split('/x/y')||*$a, = 'abc'||$a, $b, = [1, 2, 3]||$a, *$b, c3 = (1,)>>
''', '''
match <<$v||(1, 2)||[1, 2, 3]||{'type': 'a', 'n': 1}||'text'||None||1.5||{'k': {'n': [1, 2]}}||-3||()||b'x'||[[1, 2], [3, 4]]||('move', 1, 2)||{'type': 'a', 'rest': True, 'x': 1}>>:
    case <<{'type': 'a', **$a}||['move', int() as $a, *_]||[$a, $b]||str() as $a||{'type': ('a' | 'b') as $a}||[[$a, _], *$b]||int($a)||-3 | 3||None||(float() | int()) as $a||{'k': {'n': [$a, *_]}}||[int($a), int($b)] if $a < $b||bytes()||{'type': str($a), 'n': int($b)}||[]||()||True||1.5||complex()||[_, _, *$a]||{'n': $a, 'type': _}||list()||('move', $a, $b)||tuple(($a, $b))>>:
        <<$b = 1||pass||$b = $a||$b = 'first'||1 / 0>>
    <<case <<{**$a}||[*$a]||str()||int() | str()||$a if $a||[]||{}||dict(n=1)||object()||_ if False||bool()>>:
        <<$b = 2||pass||$b = $a||$b = 'second'>>
    ||>><<case _:
        <<$b = 3||pass||raise ValueError||$b = None>>||case $a:
        pass||case other if other is None:
        $b = 4>>
''', '''
class $C:
    <<__match_args__ = ('x', 'y')||__match_args__ = ('x',)||__match_args__ = ()||pass||__match_args__ = ['x']||__match_args__ = ('x', 'nope')>>
    def __init__(self, x=1, y=2):
        self.x, self.y = x, y
    <<||@property
    def z(self):
        return self.x||def __getattr__(self, name):
        return 5>>
match <<$C()||$C(3)||$C('a', None)||1||[$C()]||{'c': $C()}||$C(x=$C())>>:
    case <<$C(1, 2)||$C(x=1)||$C($a)||$C($a, $b)||$C(x=$a, y=int($b))||[$C(x=$a)]||{'c': $C() as $a}||$C(x=str())||$C(x=$C(x=$a))||$C(1, x=1)||$C(z=$a)||$C(nope=$a)||$C() as $a||$C(1 | 3 as $a)||$C(1, 2, 3)||int()>>:
        $b = <<1||$a||'c'>>
    <<||case $C(y=$a) if $a is not None:
        $b = 2||case object(x=$a):
        $b = 6||case _:
        $b = 3>>
''', '''
$a = <<0||[]||None||{}>>
for $b in <<range(3)||[1, None, 2]||'ab'||{'x': 1}.items()||[[1], [2]]||zip('ab', [1, 2])||reversed([1, 2])||enumerate('ab')||sorted({3, 1})||[]||iter(range(2))||map(str, [1, 2])||filter(None, [0, 1])||range(0)>>:
    <<if $b is None:
        continue||if not $b:
        break||try:
        $a += $b
    except TypeError:
        <<$a = 1||continue||break||pass>>||$a = $b||del $b||if $a == $b:
        break||$a = ($a, $b)||def last(x=$b):
        return x||last = lambda: $b||with_item = [$b for $b in 'x']||if isinstance($b, str) and $b == 'b':
        found = $b
        break||for inner in $b:
        break
    else:
        continue||match $b:
        case 1:
            break
        case _:
            $a = 5>>
<<||else:
    <<$a = 'end'||empty = True||raise LookupError||del $a>>>>
<<||$b = last()||del $b||found||print($b)||inner||empty>>
''', '''
$a = <<[(x, y) for x in range(2) for y in range(2) if x != y]||{k: v for k, v in zip('ab', [1, 2])}||[y := 1, y ** 2]||[last := x for x in range(3)]||{x: [y for y in range(x)] for x in range(3)}||[f(x) for x in [1, 2] if (f := str)]||(x for x in [1 / 1])||[x for x in 'abc' if x not in 'b']||[[row[i] for row in [[1, 2], [3, 4]]] for i in range(2)]||{*'ab', *'bc'}||[x for x, in [(1,), (2,)]]||sum(x * x for x in range(4))||[(lambda x=x: x)() for x in range(2)]||[(lambda: x)() for x in range(2)]||dict([('a', 1)], b=2)||{i: c for i, c in enumerate('ab', start=1)}||[x for x in [1, 2] if x > 1 if x < 9]||[None for _ in $v]||any((hit := x) > 1 for x in [0, 5])||[*map(lambda x: x + 1, [1])]||sorted({'b': 1, 'a': 2}.items(), key=lambda kv: kv[1])||max([1, 3], key=lambda x: -x)||[x.y for x in [1]]||[x[0] for x in [[]]]||min((x for x in []), default=0)||next(x for x in [] if x)||list(zip(*[[1, 2], [3, 4]]))||[x for x in range(3)][-1]||{x for x in [[1]]}||[print(x) for x in 'a'][0]||''.join(c for c in 'abc' if c.isalpha())||[i for i in range(5)][::2]||tuple(x for x in (1, 2))>>
<<||$b = last||$b = y||$b = hit||$b = $a[0]||$b = len($a)||$b = $a['a']||$b = list($a)||$b = x||$b = f||$b = $a[1]||$b = {**$a}>>
''']

TEXTS = ['''
class $C:
    <<def __str__(self):
        return <<'c'||f'<{self.n}>'||None||1||self.n||repr(self)>>||def __repr__(self):
        return <<'C()'||f'{self.__class__.__name__}'||1||str(self)>>||def __format__(self, spec):
        return <<'f' + spec||spec or str(self)||format(1, spec)||None>>||pass>>
    n = 'n'
$a = $C()
$b = <<f'{$a}'||f'{$a!r}'||f'{$a!s:>5}'||f'{$a:>5}'||f'{$a:d}'||f'{$a=}'||'%s' % $a||'%r' % $a||'%d' % $a||'{}'.format($a)||'{0!r}'.format($a)||'{:x}'.format($a)||'{.n}'.format($a)||'{a.n}'.format(a=$a)||str($a)||repr([$a])||format($a, '')||f'{$a.n:{5}}'||'%(a)s' % {'a': $a}||print($a)||'%s %s' % ($a,)||str({'k': $a})||f'{[$a]}'||'{a.nope}'.format(a=$a)||f'{$a!a}'||''.join([$a])||'x' + $a||bytes($a)>>
''', '''
$a = <<'Some text'||'a,b,,c'||'  x=1 '||'1.2.3'||'ünï'||''||'k=v;k2=v2'||'UPPER'||'3'||'line1\\nline2'>>
$b = <<$a.split(',')||$a.split('=')[1]||[int(p) for p in $a.split('.')]||dict(p.split('=') for p in $a.split(';'))||$a.partition('=')||$a.partition('=')[2]||$a.rsplit('.', 1)[0]||$a.strip().lower()||$a.title()||$a.encode('ascii')||$a.encode()||$a.index('x')||$a.find('x')||$a.replace('a', '')||$a[0]||$a[-1:]||$a.isdigit()||int($a)||float($a)||$a.join('ab')||$a.zfill(5)||$a.startswith(('a', 'S'))||$a.removeprefix('S')||$a.splitlines()[0]||$a.split()[0]||max($a)||$a * 2||$a + 1||$a % 1||$a % ()||$a.format()||f'{$a:>10}'||f'{$a!r:^12}'||f'{len($a):03d}'||f'{$a:d}'||sorted($a)||list($a)[0]||$a.translate({97: 'b'})||ord($a)||$a.count('e')||tuple($a.split('.'))||$a.nope()||$a.casefold() == $a||$a in 'x'||'x' in $a||$a.rpartition('/')[-1]||$a.encode().decode()||$a.expandtabs().center(20, '*')||str.join(',', $a)||str.upper($a)||next(iter($a))||$a[::-1]||reversed($a)||$a.swapcase().isupper()||$a.endswith(1)||map(int, $a)||''.join(sorted($a))||$a < 'z'||$a.lstrip('S')||tuple(map(int, $a.split('.')))>=(1, 2)>>
''', '''
$a = <<'%s-%d'||'%(k)s'||'{} {}'||'{k}'||'{0}{0}'||'%5.2f'||'%x'||'plain'||'{a[0]}'||'{:>{w}}'||'%%'||'{!r}'||'%c'||'{{}}'||'%s'>>
$b = <<$a % ('x', 1)||$a % {'k': 1}||$a % 1||$a % 'x'||$a % ()||$a.format(1, 2)||$a.format(k=1)||$a.format(1)||$a.format()||$a.format(a=[1])||$a.format(1, w=5)||$a % 1.5||$a.format_map({'k': 1})||$a % (1,)||$a % [1]||$a % None||$a % ('x',)||$a % 300||$a.format('x', 'y', 'z')>>
''', '''
import string
$a = string.Template(<<'$$x'||'$${x} y'||'plain'||'$$'>>)
$b = <<$a.substitute(x=1)||$a.substitute({'x': 1})||$a.substitute()||$a.safe_substitute()||$a.template||$a.nope||string.ascii_lowercase[:3]||string.Formatter().format('{}', 1)||string.capwords('a b')>>
''', '''
import re
$f = re.compile(r'<<(\\d+)\\.(\\d+)||^(?P<k>\\w+)=(?P<v>.*)$$||[a-z]+||(a)|(b)||\\s*||x{2}||(unclosed>>')
$a = $f.<<match('1.2')||match('k=v')||search('abc')||fullmatch('a')||match('zzz')||findall('1.2 3.4')||sub('x', 'abc')||split('a b')||finditer('ab')||pattern||nope||groups||groupindex||match(b'x')>>
$b = <<$a.group(1)||$a.groups()||$a.group('k')||$a.groupdict()||$a[0]||$a and $a.group()||$a is None||len($a)||$a.start()||[m.group() for m in $a]||bool($a)||$a.end() + 1||$a['k']||list($a)||str($a)>>
''']

MODULE = ['''
def __getattr__(name):
    if name == <<'$a'||'old'||'$b'>>:
        return <<1||globals()['$b']||$b||import_it()>>
    raise AttributeError(<<name||f'module has no attribute {name!r}'>>)
<<||def __dir__():
    return <<['$a']||sorted(globals())||list(globals()) + ['$a']>>>>
import sys
$b = <<getattr(sys.modules[__name__], '$a', 0)||sys.modules[__name__].$a||hasattr(sys.modules[__name__], 'old')||'$a' in dir()||sys.modules[__name__].nope||dir(sys.modules[__name__])||__getattr__('old')||__getattr__('x')>>
''', '''
for _name, _value in <<[('$a', 1), ('$b', 2)]||{'$a': 1}.items()||zip(['$a'], [1])||dict(zip('$a$b', 'xy')).items()||[('$f', len)]>>:
    <<globals()[_name] = _value||globals().setdefault(_name, _value)||if _name not in globals():
        globals()[_name] = _value||vars()[_name] = _value||globals()[_name.upper()] = _value||if not _name.startswith('_'):
        globals()[_name] = _value>>
<<del _name, _value||||del _name>>
<<$b = $a||||$b = A||$b = globals()['$a']||__all__ = [n for n in globals() if len(n) == 1]||$b = pi>>
''', '''
<<import os
||>>$a = <<os.environ.get('RELOADSAFE_UNSET', 'x')||os.environ.get('RELOADSAFE_UNSET')||os.getenv('RELOADSAFE_UNSET', '1')||os.path.join('a', 'b')||os.path.dirname(__file__)||os.path.splitext('a.py')[1]||os.environ['RELOADSAFE_UNSET']||os.sep||int(os.environ.get('RELOADSAFE_UNSET', 3))||os.path.basename('x/y')||bool(os.getenv('RELOADSAFE_UNSET'))||os.environ.get('RELOADSAFE_UNSET').lower()||os.path.exists('/nope')>>
if <<$a||not $a||$a == 'x'||$a in ('1', 'true')||len($a) > 1||$a is None||isinstance($a, str)>>:
    $b = <<1||$a + 'y'||$a.upper()||int($a)>>
<<||else:
    $b = <<0||missing||None>>||elif $a:
    $b = 2>>
''', '''
__version__ = <<'1.2.3'||'2.0'||'1.0rc1'||'1.2.3.dev0'>>
<<version_info = tuple(int(p) for p in __version__.split('.'))||version_info = tuple(map(int, __version__.split('.')[:2]))||major, minor, *rest = __version__.split('.')||version_info = __version__.split('.')||major, minor, patch = map(int, __version__.split('.'))||version_info = tuple(int(p) if p.isdigit() else p for p in __version__.split('.'))>>
$a = <<version_info >= (1, 2)||version_info[0]||major||int(major) + 1||version_info[:2] < (2, 0)||__version__ >= '1.1'||version_info[2]||rest||patch>>
<<||if $a:
    $f = lambda: 1
else:
    def $f():
        return 2||assert $a||if version_info < (1, 0):
    raise ImportError('old')>>
''', '''
try:
    import <<json||nope_missing||nope_missing.sub||tomllib||json as $a||xml.etree.ElementTree as $a>>
except <<ImportError||ModuleNotFoundError||Exception||(ImportError, AttributeError)||ValueError>><<|| as exc>>:
    <<json = None||$a = None||HAS = False||raise||raise RuntimeError('needed') from None||import math as $a||def $f():
        raise exc>>
else:
    <<HAS = True||$a = json.dumps({})||pass||$a = json.loads('[1]')[0]>>
<<||$b = HAS||$b = json.dumps||$b = $a||$b = $f()||if HAS:
    $b = 1>>
''', '''
_cache = <<{}||None||dict()||[]>>
def $f(key<<||=None||, default=None>>):
    <<global _cache
    if _cache is None:
        _cache = {}
    return _cache.setdefault(key, len(_cache))||try:
        return _cache[key]
    except KeyError:
        value = _cache[key] = <<key * 2||$g(key)||1>>
        return value||if key not in _cache:
        _cache[key] = <<1||compute(key)||[]>>
    return _cache[key]||return _cache.get(key) or 0||_cache.append(key)
    return len(_cache)>>
def $g(x):
    return <<x||[x]||x + 1>>
$a = <<$f('k')||$f(1)||$f()||$f([])||[$f(i) for i in range(2)]||$f('k', 1)>>
$b = <<_cache||len(_cache)||_cache['k']||_cache.pop('k')||sorted(_cache)||_cache == {}||list(_cache)[0]>>
''', '''
CONFIG = {'debug': <<False||True||0>>, 'paths': [<<||'a'||'a', 'b'>>], 'db': {'host': 'x', <<'port': 1||>>}}
<<CONFIG.update(debug=True)||CONFIG['db']['port'] = 2||CONFIG['paths'].append('c')||CONFIG = {**CONFIG, 'new': 1}||CONFIG['db'].update({'user': 'u'})||CONFIG |= {'z': 1}||del CONFIG['debug']||CONFIG.setdefault('hooks', []).append(len)||CONFIG['paths'] += ['d']||CONFIG['a']['b'] = 1||for key in list(CONFIG):
    CONFIG[key.upper()] = CONFIG.pop(key)||globals().update(CONFIG)||CONFIG.paths = 1||for key in CONFIG:
    CONFIG[key + '2'] = 1||DEBUG = CONFIG.pop('debug', None)>>
$a = <<CONFIG['debug']||CONFIG['db']['port']||CONFIG.get('db', {}).get('host')||CONFIG['paths'][0]||CONFIG['paths'][-1]||len(CONFIG['paths'])||CONFIG['new']||CONFIG['DB']['host']||{k: v for k, v in CONFIG.items() if v}||debug||CONFIG['db'].port||sorted(CONFIG)||CONFIG['hooks'][0]('abc')||[*CONFIG['db']]||db['host']||DEBUG>>
''', '''
from collections import <<defaultdict, Counter, deque, OrderedDict, ChainMap||*||defaultdict, Counter, deque, OrderedDict, ChainMap>>
$a = <<defaultdict(list)||defaultdict(int)||Counter('aab')||deque([1, 2], maxlen=2)||OrderedDict(a=1)||ChainMap({'a': 1}, {'b': 2})||defaultdict(lambda: 5)||defaultdict()||defaultdict(1)||Counter()||deque()||defaultdict(list, a=[1])>>
<<$a['k'].append(1)||$a['k'] += 1||$a.update('b')||$a.append(3)||$a.move_to_end('a')||$a['c'] = 3||$a.appendleft(0)||$a.extend([1])||$a.pop('a')||$a.rotate(1)||$a.popleft()||del $a['a']||$a.most_common(1)||$a.maps||$a.clear()>>
$b = <<$a['k']||$a['a']||$a['zz']||len($a)||$a.most_common(1)[0]||$a[0]||list($a)||dict($a)||$a.get('q')||sorted($a)||$a.default_factory||$a == {}||$a.maps[0]||sum($a.values())||$a + $a||$a.popitem()||$a.nope||$a.copy()||'a' in $a||$a.new_child()||$a.keys()||max($a)>>
''', '''
from typing import <<Optional, Union, List, Dict, Callable, Any, Literal, NewType, cast, overload, Final, Annotated||*||Optional, Union, List, Dict, Callable, Any, Literal, NewType, cast, overload, Final, Annotated>>
$C = <<NewType('$C', int)||Union[int, str]||Optional[int]||List[int]||Dict[str, 'Any']||Callable[[int], str]||Literal['a', 'b']||int | None||list[int] | None||Annotated[int, 'x']||'forward'||Callable[..., None]||Union||Optional||Optional[1]||Dict[int]||List[int, str]>>
$a: $C = <<1||None||cast($C, 1)||$C(1)||[]>>
<<||def $f(x: $C, y: Optional[$C] = None) -> 'List[$C]':
    return [x]
$b = $f(1)||LIMIT: Final = 3||@overload
def $f(x: int) -> int: ...
@overload
def $f(x: str) -> str: ...
<<def $f(x):
    return x
>>$b = $f(1)||class $D($C):
    pass||$b = isinstance(1, $C)||$b = $C.__args__||$b = $C | None||$b = {$C: 1}||$b = $C.nope||$b = $C == $C>>
''', '''
def $f(<<a, b=2, *args, c, d=4, **kwargs||a, /, b, *, c=3||*, c||a=$v, *b||a, b||**kw||*args, **kw||a: int, b: 'str' = 'x', *, c: missing = 1||a=(x1 := 1)>>):
    "Documents."
    <<return a||return locals()||return (a, b)||return kw||return args||return c||return $f.__doc__||return [a for a in range(2)]||return b + 1||yield||return $f.__defaults__||global $b
    $b = a||del a
    return a>>
$a = $f(<<||1||1, 2||1, c=3||c=1||1, 2, 3, c=4, e=5||a=1, b=2||*[1, 2]||**{'a': 1, 'b': 2}||*[1], **{'c': 2}||1, a=1||x=1||*'ab'||**{'b': 1}, a=2||b=1>>)
$b = <<$f.__name__||$f.__defaults__||$f.__kwdefaults__||$f.__code__.co_argcount||$f.__annotations__||$f.__doc__||$a||$f.nope||$f.__module__||$f.__defaults__[0]||$a['a']||$a[0]||$f.__qualname__>>
''', '''
def $f(start=<<0||1>>):
    count = start
    <<def step(by=1):
        <<nonlocal count||global count||>>
        count += by
        return count||step = lambda: count||def step():
        return [count for _ in range(1)]||class step:
        value = count
        def get(self):
            return count||def step():
        return inner()
    def inner():
        return count||items = []
    def step(x=1):
        items.append(x)
        return items>>
    <<||count = 5||del count||step.count = count>>
    return <<step||step||step, count||step()||{'step': step}>>
$a = $f(<<||||2>>)
$b = <<$a()||$a(2)||$a() + $a()||$a[0]()||$a['step']()||$a||$a.count||$a().get()||$a.value||$a.__closure__||[$a() for _ in range(2)]||$a.get()>>
''', '''
class $C(<<Exception||ValueError||LookupError||KeyError||RuntimeError||BaseException||OSError>>):
    <<pass||"Something."||def __init__(self, code<<||=1||, message=''>>):
        <<super().__init__(code)||self.code = code||super().__init__(f'code {code}')
        self.code = code||pass>>||code = 5||def __str__(self):
        return f'E{self.args}'>>
<<||class $D($C):
    pass>>
def $f(n=<<1||0>>):
    <<raise $C(n)||raise $C||if n:
        raise $C(n) from KeyError(1)||try:
        1 / 0
    except ZeroDivisionError as e:
        raise $C(n) from e||return n||raise $D||assert not n, $C(n)>>
try:
    <<$a = $f()||$f(0)||$a = $f(2)||raise $C(3)||raise $C>>
except <<$C||$C||Exception||(KeyError, $C)||ValueError||AssertionError||LookupError||$D>> <<||as e||as e||as $b>>:
    <<$a = e.args||$a = e.code||$a = str(e)||$a = 1||raise||raise RuntimeError('x') from e||$a = e.__cause__||$a = $b||$a = repr(e)||$a = e.nope||$a = type(e).__name__||$a = e.args[0]||e.add_note('n'); $a = e.__notes__||del e>>
<<||else:
    $b = 'fine'||finally:
    <<$b = 'done'||pass||del $a>>||else:
    raise KeyError
finally:
    $b = 1>>
<<||$a = e||$b = $a>>
''', '''
import <<itertools, operator, functools||functools, operator, itertools>>
$a = <<list(itertools.accumulate([1, 2, 3]))||dict(itertools.groupby('aab'))||list(itertools.zip_longest([1], [2, 3]))||functools.reduce(operator.add, [1, 2])||functools.reduce(operator.mul, [], 1)||functools.reduce(operator.add, [])||list(itertools.takewhile(lambda x: x < 2, [1, 2]))||[*itertools.chain.from_iterable([[1], [2]])]||sorted([('b', 1), ('a', 2)], key=operator.itemgetter(1))||list(map(operator.attrgetter('real'), [1]))||next(itertools.cycle([5]))||list(itertools.permutations([1, 2]))||operator.methodcaller('upper')('a')||itertools.tee([1])[0]||sum(itertools.repeat(2, 3))||list(itertools.combinations('abc', 2))||itertools.islice(itertools.count(1), 2)||list(itertools.dropwhile(bool, [1, 0]))||operator.itemgetter(0, 1)([5, 6])||operator.itemgetter('k')({})||operator.attrgetter('nope')(1)||dict(zip('ab', itertools.count()))>>
$b = <<$a||$a[0]||len($a)||$a[0][1]||list($a)||next($a)||sum($a)||$a['a']||str($a)>>
''', '''
_MISSING = object()
def $f(d, key, default=_MISSING):
    <<value = d.get(key, _MISSING)
    if value is _MISSING:
        if default is _MISSING:
            raise KeyError(key)
        return default
    return value||try:
        return d[key]
    except (KeyError, IndexError):
        if default is not _MISSING:
            return default
        raise||return d[key] if key in d else default||return getattr(d, key, default)>>
$a = $f(<<{}, 'k', 1||{'k': 2}, 'k'||{}, 'k'||[1], 0||{'k': None}, 'k', 5||[], 3, 4||None, 'k'||{}, key='k', default=None||'abc', 'upper'>>)
$b = <<$a is _MISSING||$a||_MISSING is not None||$a + 1||$a is None>>
''', '''
class $C(<<dict||list||str||int||set||tuple||float||object||bytes>>):
    <<def __getattr__(self, name):
        <<try:
            return self[name]
        except KeyError:
            raise AttributeError(name)||return self[name]||return super().__getattr__(name)>>||def __setattr__(self, name, value):
        self[name] = value||def __missing__(self, key):
        <<self[key] = []
        return self[key]||return key||raise KeyError(key)>>||def __init__(self, *args, **kw):
        super().__init__(*args, **kw)||def __setitem__(self, key, value):
        super().__setitem__(key, value * 2)||def append(self, x):
        super().append(x)
        return self||def __new__(cls, *args):
        return super().__new__(cls, *args)||def upper(self):
        return 'up'||pass||def __contains__(self, x):
        return True||def __len__(self):
        return 7||def __eq__(self, other):
        return True>>
$a = $C(<<||||a=1||{'a': 1}||[1, 2]||'5'||3||[('a', 1)]||(1,)>>)
<<||$a.b = 2||$a['c'] = 3||$a.append(4)||$a += $a||$a.update(z=1)||del $a['a']||$a[0] = 9||$a.add(1)||$a['l'].append(1)>>
$b = <<$a.a||$a['a']||$a['zz']||$a.b||len($a)||$a[0]||$a.upper()||1 in $a||$a == {}||hash($a)||$a + 1||list($a)||$a.get('a')||bool($a)||str($a)||$a.nope||{$a: 1}||sorted($a)||isinstance($a, dict)||$a.keys()||int($a)||$a * 2||json.dumps($a)>>
''']

SPACES = ['''
import importlib
$a = <<importlib.import_module('json')||importlib.import_module('os.path')||importlib.import_module('nope_missing')||__import__('json')||__import__('os.path')||__import__('os', fromlist=['path'])||importlib.import_module('.sub', 'nope_missing')||importlib.import_module(name='string')||__import__('nope_missing')||importlib.util.find_spec('nope_missing')>>
$b = <<$a.__name__||$a.dumps({})||$a.join('a', 'b')||$a.path||$a.digits||$a is None||$a.nope||$a.sep>>
''', '''
<<exec('$a = 1')||exec("def $f():\\\\n    return $v")||exec('import json as $a')||exec('$a = 1', globals())||exec('$a = 1', {})||exec('$a = $b', {'$b': 2})||exec('del $b')||exec('$a = missing')||exec(compile('$a = 2', '<x>', 'exec'))||$a = eval('$v')||$a = eval('1 + 1')||$a = eval('missing')||exec('x =')>>
$b = <<1||$a||$f()||'$a' in globals()||globals().get('$a')>>
''', '''
<<globals().update($a=1, $f=len)||globals().update({'$a': 1})||vars().update($a=2)||locals()['$a'] = 3||globals().update([('$a', 4)])||globals().pop('$a', None)||globals().pop('$a')||del globals()['$a']||globals().update(dict.fromkeys(['$a', '$b']))||vars().setdefault('$a', 5)||globals().update({k.lower(): 1 for k in 'XY'})||globals() | {'$a': 1}||locals().update($a=6)>>
$b = <<1||$a||$f||globals()['$a']||vars()['$a']||locals().get('$a')||sorted(k for k in globals() if len(k) == 1)||len(globals()) > 0||'$a' in vars()||x>>
''', '''
def $f(n=<<0||1>>):
    def inner():
        global $a<<||, $b>>
        <<$a = n||$a += 1||del $a||$a = [$a]||import math as $a||class $a:
            pass||def $a():
            return n||for $a in range(2):
            pass||try:
            1 / n
        except ZeroDivisionError as $a:
            pass||with open('/dev/null') as $a:
            pass||($a := 3)||$a, $b = 1, 2||if n:
            $a = 1||global_name = $a>>
        return <<n||$a||$b||locals()>>
    return <<inner||inner()||[inner() for _ in range(2)]||lambda: inner()||list(map(lambda _: inner(), 'ab'))>>
<<$f()||$f()()||$b = $f()||$b = $f(1)||$b = $f()()||||next(iter($f()))>>
<<||$b = $a||$a||$b = $a.nope>>
''', '''
_registry = <<{}||[]||set()>>
class $C(type):
    def __<<new||init>>__(<<mcs||cls>>, name, bases, namespace<<||, **kw>>):
        <<globals()[name + '_made'] = 1||globals()['$a'] = name||_registry[name] = 1||_registry.append(name)||_registry.add(name)||if bases:
            globals()[name.lower()] = bases||global $a
        $a = namespace.get('x')||global $a
        $a += 1||if name in _registry:
            raise TypeError(name)
        _registry[name] = 1||import sys
        setattr(sys.modules['m'], '$a', 1)>>
        return <<super().__new__(mcs, name, bases, namespace)||None||type.__new__(mcs, name, bases, namespace)||super().__init__(name, bases, namespace)>>
class $D(metaclass=$C):
    x = <<1||$v>>
<<||class $E($D):
    pass||class $E($D, k=1):
    x = 2>>
$b = <<$a||_registry||len(_registry)||_registry['$D']||sorted(_registry)||$D.x||$E||$D_made||1>>
''', '''
_plugins = <<{}||{}||[]>>
def $f(cls<<||=None||, name=None>>):
    <<_plugins[cls.__name__] = cls||_plugins.append(cls)||globals()[cls.__name__ + 's'] = []||if cls.__name__ in _plugins:
        raise ValueError(cls)
    _plugins[cls.__name__] = cls||cls.registered = True||global $a
    $a = cls>>
    return <<cls||cls||None||cls()>>
<<@$f||@$f()||@$f(name='x')>>
class $C<<||(dict)||($D)>>:
    <<pass||def run(self):
        return $v||x = $v>>
$b = <<$C||$C.run||$C().run()||_plugins||_plugins['$C']||len(_plugins)||[p.x for p in _plugins.values()]||$Cs||$a.registered||$a>>
''', '''
class $C:
    subclasses = <<{}||[]>>
    def __init_subclass__(cls, <<*, key=None, ||>>**kw):
        super().__init_subclass__(**kw)
        <<$C.subclasses[key or cls.__name__] = cls||cls.subclasses.append(cls)||globals()[cls.__name__.lower()] = cls||assert cls.__name__ not in $C.subclasses||global $a
        $a = cls||for n in list(vars(cls)):
            globals().setdefault(n, 1)>>
class $D($C<<||, key='d'||, other=1>>):
    x = 1
$b = <<$C.subclasses||$C.subclasses['d']||len($C.subclasses)||$a||$a.x||$D.subclasses is $C.subclasses||x||sorted($C.subclasses)>>
''', '''
$f = lambda<<||x||x=$v||*x||x, y=1>>: <<$a||[$a for _ in range(2)]||(lambda: $a)()||{$a: x}||x||$a if x else $b||f'{$a}'||($a := 1)||$a.nope>>
<<$a = 1||$a = 'x'||||del $a>>
$b = <<$f()||$f(1)||[$f(i) for i in range(2)]||list(map($f, [1]))||sorted([2, 1], key=$f)||$f||max([1], key=$f, default=$f())||($f(y) for y in [1])>>
''', '''
class $C:
    x = <<1||$v||[1, 2]||$a>>
    y = <<x||[x for _ in range(2)]||[i for i in x]||(lambda: x)||{k: x for k in 'ab'}||[$a for _ in 'ab']||x if x else $a||list(i for i in [x])||sum(i for i in [1] if x)||$a>>
    $a = <<2||$a||x||$a + 1>>
    def m(self, z=<<x||$a||$v||y>>):
        return <<$a||x||self.x||z||$C.y||__class__.$a>>
$b = <<$C.y||$C().m()||$C.y()||$C.$a||$C().m(1)||$a||x>>
''', '''
from <<string||keyword||math||stat||os.path||json||collections.abc||nope_missing||types||operator||bisect||heapq>> import *
<<$a = 1||||from string import digits as $a||del pi||__all__ = ['$a']||digits = 'x'>>
$b = <<digits||iskeyword('if')||pi + sqrt(4)||S_ISDIR(0)||join('a', 'b')||dumps({})||isinstance([], Sequence)||ModuleType||add(1, 2)||bisect([1], 2)||heappop([1])||pow(2, 2)||$a||nope||e||1>>
''', '''
__all__ = <<['$a']||('$a', '$f')||['$a'] + ['$b']||[n for n in ['$a']]||[]||list('ab')||['nope']>>
<<__all__ += ['$f']||__all__.append('$b')||__all__.extend(['$f'])||__all__.remove('$a')||__all__ = __all__ + ['$b']||||__all__ += ('$f',)||import string; __all__ += string.__all__||import json; __all__ += json.__all__||del __all__||__all__.sort()>>
<<$a = 1||def $f():
    return __all__>>
$b = <<__all__||len(__all__)||__all__[0]||sorted(__all__)||[globals()[n] for n in __all__]||$f()||'$a' in __all__>>
''', '''
import <<m||m||m as $a>>
<<m.$b = 1||setattr(m, '$b', 1)||$b = m||from m import $b||$b = m.$b||del m.$b||delattr(m, '$b')||vars(m)['$b'] = 2||$b = hasattr(m, '$b')||$b = getattr(m, '$b', None)||$b = $a.__name__||from m import *||$b = 'm' in dir(m)||$b = m.m||m.m.$b = 1||$b = m is sys.modules['m']||m.__dict__.update($b=1)||$b = m.nope>>
<<||$a = $b||$f = lambda: m.$b||def $f():
    return m.$b
$f()||def $f():
    m.$b = 2
$f()>>
''', '''
import contextlib
@contextlib.contextmanager
def $f(<<||x=1>>):
    <<global $a
    $a = 1||pass||global $a
    old = $a
    $a = 5>>
    <<yield||try:
        yield 3
    finally:
        <<$b_done = 1||global $b
        $b = 1||pass>>||yield $v||try:
        yield
    except <<KeyError||Exception||ValueError>>:
        pass||yield
    yield||return
    yield||raise ValueError
    yield||yield
    raise KeyError>>
with $f(<<||2>>) <<||as $b||as $a>>:
    <<pass||$a = 2||1 / 0||raise KeyError||missing||$b = $a||del $a>>
<<||$a||$b = $a>>
''', '''
import contextlib
with contextlib.ExitStack() as $a:
    <<$a.callback(print, 1)||$a.enter_context(contextlib.suppress(KeyError))||$a.push(lambda *exc: True)||$a.callback(lambda: globals().update($b=1))||$a.enter_context(contextlib.nullcontext(5))||pass||$a.callback(globals().pop, '$b', None)>>
    <<pass||raise KeyError||$b = 1||1 / 0||$b = $a.pop_all()||del $b>>
<<||$b||$f = $b>>
''', '''
try:
    <<from json import nope_missing as $a||from nope_missing import $a||import nope_missing.sub as $a||from json import dumps as $a||from math import pi as $a, nope as $b||import json.nope_missing||from . import $a||from .nope import $b||from json.nope_missing import $a>>
except <<ImportError||ModuleNotFoundError||(ImportError, AttributeError)||Exception||ValueError||SystemError>><<|| as $b>>:
    <<$a = None||def $a(*args):
        return args||raise||pass||class $a:
        pass||from json import loads as $a||import sys; $a = sys.modules.get('nope_missing')>>
<<||else:
    $b = $a||finally:
    $b = 1>>
<<||$f = $a||$b = $a and $a('1')||$b = $a({})||if $a is None:
    $b = 2>>
''', '''
import functools
def $f(<<func=None, *, n=1||func||n>>):
    <<if func is None:
        return functools.partial($f, n=n)
    ||>>@functools.wraps(func)
    def wrapper(*args, **kw):
        <<return func(*args, **kw)||global $a
        $a = func.__name__
        return func(*args)||$f.count = getattr($f, 'count', 0) + 1
        return func(*args)||wrapper.calls += 1
        return func(*args)||return func>>
    <<wrapper.calls = 0||||globals()[func.__name__ + '_raw'] = func||$f.seen = [*getattr($f, 'seen', []), func]>>
    return <<wrapper||wrapper||func||wrapper()>>
<<@$f||@$f(n=2)||@$f()||@$f(3)>>
def $g(x=<<1||$v||$a>>):
    return <<x||$a||$g||$g_raw(2)||missing>>
$b = <<$g()||$g(1)||$g.calls||$g.__wrapped__()||$f.count||$g.__name__||$a||$g_raw||$f.seen>>
''']

NEWER = ['''
type $a<<||[T]||[K, V]||[T: int]||[*Ts]>> = <<int | str||list[T]||dict[K, V]||missing||'$C'||list[$a]||tuple[int, ...]>>
$b = <<$a.__value__||$a.__name__||$a[int]||$a||isinstance(1, $a)||$a.__type_params__||$a[int, str]||$a | None||$a.nope||$a()>>
''', '''
def $f[T<<||: int||: (int, str)||: missing>>](x: T<<|| = 1>>, *rest: T) -> <<T||list[T]||missing||'T'>>:
    return <<x||[x]||T||T.__name__>>
class $C[T, <<U||**P||*Ts||U = int>>]<<||(dict)||(list[T])||(Generic)>>:
    <<x: T||def get(self) -> T:
        return 1||y = T||pass||def make[V](self, v: V) -> V:
        return v>>
$a = <<$f(1)||$f()||$f.__type_params__||$C()||$C[int, str]||$C[int, str]()||$C().get()||$C().make(3)||$C.y||$C[int]||$C.__type_params__[0]||$f[int]>>
''']


def expanded(text, rng):
    """A text after its choices, the innermost first."""
    while True:
        found = re.search(r"<<((?:(?!<<|>>).)*?)>>", text, re.S)
        if not found:
            return text
        choices = found[1].split("||")
        # What comes first works as a rule.
        chosen = rng.choice(choices[:3] if rng.random() < 0.4 else choices)
        text = text[: found.start()] + chosen + text[found.end():]


def groups():
    """The idioms, and how often each group is chosen."""
    chosen = [(DECORATORS, 6), (DATA, 7), (CLASSES_OF_CLASSES, 8), (FLOW, 8), (TEXTS, 4), (MODULE, 9), (SPACES, 9)]
    return chosen + [(NEWER, 2)] if sys.version_info >= (3, 12) else chosen


def is_for_this(text):
    """Whether this Python compiles an idiom."""
    kept = {DECORATORS[4]: 8, DATA[1]: 10, FLOW[7]: 10, FLOW[8]: 10}
    return sys.version_info >= (3, kept.get(text, 0))


def every_idiom():
    return [text for group, _ in groups() for text in group if is_for_this(text)]


class Idioms:
    """What `generate.Writer` writes of whole idioms."""

    def idioms(self, depth):
        group = self.rng.choices(*zip(*groups()))[0]
        text = self.rng.choice(group)
        if not is_for_this(text):
            return self.assign(depth)
        return self.noted(self.named(expanded(text, self.rng)))

    def named(self, text):
        """With names in the place of what stands for them."""
        a, b = self.rng.sample(VARIABLES, 2)
        f, g = self.rng.sample(FUNCTIONS, 2)
        c, d, e = self.rng.sample(CLASSES, 3)
        known = self.name() or self.rng.choice(["1", "'x'", "None", "[1]"])
        names = {"a": a, "b": b, "f": f, "g": g, "C": c, "D": d, "E": e, "v": known}
        text = re.sub(r"\$(?:\$|([abfgCDEv])\b)", lambda found: names[found[1]] if found[1] else "$", text)
        lines = [line.rstrip() for line in text.splitlines()]
        return "".join(line + "\n" for line in lines if line.strip())

    def noted(self, text):
        """The same text; what it binds is remembered."""
        for kind, pattern in [("any", r"^(\w+)(?::[^=\n]*)? = "), ("function", r"^(?:async )?def (\w+)"), ("class", r"^class (\w+)")]:
            for name in re.findall(pattern, text, re.M):
                self.bind(name, kind)
                self.arity[name] = 0
        return text
